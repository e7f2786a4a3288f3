/// Templates for models that bring none.
extension ChatTemplate {
  /// Turns between `<|im_start|>` and `<|im_end|>`.
  public static let chatML = ChatTemplate(
    builtIn: """
      {% for message in messages %}
      {{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}
      {%- endfor %}
      {% if add_generation_prompt %}
      {{ '<|im_start|>assistant\\n' }}
      {%- endif %}
      """)

  /// No markup: the contents, each on its own line, and the end-of-text token after the assistant.
  public static let plain = ChatTemplate(
    builtIn: """
      {% for message in messages %}
      {{ message['content'] }}
      {%- if message['role'] == 'assistant' %}
      {{- eos_token }}
      {%- endif %}
      {% if not loop.last or add_generation_prompt %}
      {{ '\\n' }}
      {%- endif %}
      {% endfor %}
      """)

  /// The three headings of OpenBezoar and Alpaca, with Alpaca's preamble where there is no system
  /// message.
  ///
  /// Models trained so far write no end-of-text token: `append_eos: false` mimics them.
  public static let heading = ChatTemplate(
    builtIn: """
      {% set blank = '\\n\\n' %}
      {% if not messages or messages[0]['role'] != 'system' %}
      {{ '### System:\\nBelow is an instruction that describes a task, optionally paired with an '
         'input that provides further context following that instruction. Write a response that '
         'appropriately completes the request.' + blank }}
      {%- endif %}
      {% for message in messages %}
      {% if message['role'] == 'system' %}
      {{ '### System:\\n' + message['content'] + blank }}
      {%- elif message['role'] == 'user' %}
      {{ '### Instruction:\\n' + message['content'] + blank }}
      {%- elif message['role'] == 'assistant' %}
      {{ '### Response:\\n' + message['content'] }}
      {%- if append_eos is not defined or append_eos %}
      {{- eos_token }}
      {%- endif %}
      {% if not loop.last %}
      {{ blank }}
      {%- endif %}
      {% else %}
      {{ raise_exception('the roles are system, user and assistant, not ' + message['role']) }}
      {% endif %}
      {% endfor %}
      {% if add_generation_prompt %}
      {% if messages and messages[-1]['role'] == 'assistant' %}
      {{ blank }}
      {%- endif %}
      {{ '### Response:\\n' }}
      {%- endif %}
      """)

  /// A template of our own: that it can be read is tested.
  private init(builtIn source: String) {
    do {
      try self.init(source)
    } catch {
      preconditionFailure("a built-in template cannot be read: \(error)")
    }
  }
}
