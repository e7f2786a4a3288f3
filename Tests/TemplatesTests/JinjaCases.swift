/// Templates, and what Jinja 3.1.6 makes of them, set up as transformers sets it up.
enum JinjaCases {
  static let first: [JinjaCase] = [
    JinjaCase(
      "a{% if true %}b{% endif %}c",
      "abc"),
    JinjaCase(
      "a\n  {% if true %}\n  b\n  {% endif %}\nc\n",
      "a\n  b\nc"),
    JinjaCase(
      "a\n  {%+ if true %}\n  b{% endif +%}\nc\n\n",
      "a\n    b\nc\n"),
    JinjaCase(
      "a  {%- if true -%}  b  {%- endif -%}  c",
      "abc"),
    JinjaCase(
      "  {# note #}\nx {# y #} z{#- w -#}  v",
      "x  zv"),
    JinjaCase(
      "{{ 'a' -}}  \n b {{- 'c' }}\n\nd",
      "abc\n\nd"),
    JinjaCase(
      "x {% if true %} y {% endif %} z",
      "x  y  z"),
    JinjaCase(
      "\n\n  {%- set a = 1 %}\n{{ a }}\n",
      "1"),
    JinjaCase(
      "{% raw %}{{ x }}{% if %}{% endraw %}!",
      "{{ x }}{% if %}!"),
    JinjaCase(
      "  {%- raw -%}  {{ x }}  {%- endraw %} y",
      "{{ x }} y"),
    JinjaCase(
      "{{ '{{' }}{{ '%}' }}{{ {'a': {'b': 1}}['a']['b'] }}",
      "{{%}1"),
    JinjaCase(
      "{{ 1 }}{{ 1.0 }}{{ 1e16 }}{{ 1e15 }}{{ 0.0001 }}{{ 0.00001 }}{{ 1.5e300 }}{{ -0.0 "
        + "}}{{ 123456789.125 }}",
      "11.01e+161000000000000000.00.00011e-051.5e+300-0.0123456789.125"),
    JinjaCase(
      "{{ true }}{{ none }}{{ False }}{{ [true, none, 'a', 1.0] }}",
      "TrueNoneFalse[True, None, 'a', 1.0]"),
    JinjaCase(
      "{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 3 }} {{ 2 ** -1 }} {{ "
        + "-2 ** 2 }} {{ 7.5 // 2 }} {{ -7.5 % 2 }}",
      "3 -4 2 3.5 8 0.5 4 3.0 0.5"),
    JinjaCase(
      "{{ 1 + 2 * 3 - 4 }} {{ 'a' ~ 1 + 2 ~ 'b' }} {{ 'ab' * 2 }} {{ [1] * 2 }} {{ true +"
        + " 1 }}",
      "3 a12b abab [1, 1] 2"),
    JinjaCase(
      "{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 1 == 1.0 }} {{ 'a' < 'b' }} {{ true == 1 }} {{ "
        + "'a' == 1 }} {{ [1,2] < [1,3] }}",
      "True False True True True False True"),
    JinjaCase(
      "{{ 'a' in 'cat' }} {{ 'a' not in ['a'] }} {{ 1 in [1] }} {{ 'k' in {'k': 1} }} {{ "
        + "not 1 in [2] }}",
      "True False True True True"),
    JinjaCase(
      "{{ 'x' if 1 else 'y' }}{{ 'x' if 0 else 'y' if 0 else 'z' }}[{{ 'x' if 0 }}]",
      "xz[]"),
    JinjaCase(
      "{{ 0 or 'a' }} {{ '' and 'b' }} {{ 1 and 2 }} {{ not '' }}",
      "a  2 True"),
    JinjaCase(
      "{{ 'abc'[0] }}{{ 'abc'[-1] }}{{ 'abc'[1:] }}{{ 'abc'[:-1] }}{{ 'abc'[::-1] }}{{ 'a"
        + "bc'[5:] }}{{ 'abcdef'[1:5:2] }}{{ 'abcdef'[4:1:-1] }}",
      "acbcabcbabdedc"),
    JinjaCase(
      "{{ [1,2,3][1:] }}{{ [1,2,3][::-1] }}{{ (1,2,3)[:2] }}{{ [1,2,3][-2:] }}{{ [][0] }}"
        + "|{{ 'a'[9] }}",
      "[2, 3][3, 2, 1](1, 2)[2, 3]|"),
    JinjaCase(
      "{{ (1,) }}{{ () }}{{ (1, 2) }}{{ 1, 2 }}{{ {} }}{{ [] }}",
      "(1,)()(1, 2)(1, 2){}[]"),
    JinjaCase(
      "{{ {'a': 1, 'b': [1, {'c': none}]} }}{{ ['it\\'s', \"q\\\"\", 'a\\nb\\\\', 'é\\u20"
        + "0b'] }}",
      "{'a': 1, 'b': [1, {'c': None}]}[\"it's\", 'q\"', 'a\\nb\\\\', 'é\\u200b']"),
    JinjaCase(
      "{{ 'a' 'b' \"c\" }}{{ 'tab\\there' }}{{ '\\x41\\u00e9\\101' }}{{ '\\q' }}",
      "abctab\thereAéA\\q"),
    JinjaCase(
      "{{ undefined_name }}|{{ undefined_name is defined }}|{{ undefined_name is undefine"
        + "d }}|{{ undefined_name | length }}",
      "|False|True|0"),
    JinjaCase(
      "{% for x in undefined_name %}x{% else %}none{% endfor %}",
      "none"),
    JinjaCase(
      "{{ d.a }}{{ d['a'] }}{{ d.zzz }}|{{ d.get('zzz') }}{{ d.get('zzz', 5) }}{{ d.items"
        + "() }}{{ d.keys() }}{{ d.values() }}",
      "11|None5dict_items([('a', 1), ('n', 4)])dict_keys(['a', 'n'])dict_values([1, 4])"),
    JinjaCase(
      "{{ d.items() | list }}{{ d | length }}{{ d | list }}{{ d | items | list }}",
      "[('a', 1), ('n', 4)]2['a', 'n'][('a', 1), ('n', 4)]"),
    JinjaCase(
      "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}{% for k in d %}{{ k }}{% e"
        + "ndfor %}",
      "a=1;n=4;an"),
    JinjaCase(
      "{% for x in [1,2,3] %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.las"
        + "t }}{{ loop.length }}{{ loop.revindex }}{{ loop.previtem }}{{ loop.nextitem }} {% "
        + "endfor %}",
      "10TrueFalse332 21FalseFalse3213 32FalseTrue312 "),
    JinjaCase(
      "{% for x in [1,2,3,4] if x is even %}{{ loop.index }}:{{ x }}{% if not loop.last %"
        + "}, {% endif %}{% endfor %}",
      "1:2, 2:4"),
    JinjaCase(
      "{% for x in range(10) %}{% if x == 2 %}{% continue %}{% endif %}{% if x == 5 %}{% "
        + "break %}{% endif %}{{ x }}{% endfor %}",
      "0134"),
    JinjaCase(
      "{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
      "123"),
    JinjaCase(
      "{% for x in 'añ' %}{{ x }}.{% endfor %}{% for x in [] %}{% else %}empty{% endfor %}",
      "a.ñ.empty"),
    JinjaCase(
      "{% for i in range(2) %}{% for j in range(2) %}{{ i }}{{ j }}{{ loop.index }} {% en"
        + "dfor %}{{ loop.index }};{% endfor %}",
      "001 012 1;101 112 2;"),
    JinjaCase(
      "{% for x in [1,2] %}{{ loop.cycle('a', 'b') }}{% endfor %}",
      "ab"),
    JinjaCase(
      "{% for m in [1,2,3] %}{% if m == 1 %}{% set c = m %}{% endif %}[{{ c }}]{% endfor %}",
      "[1][][]"),
    JinjaCase(
      "{% set c = 0 %}{% for m in [1,2] %}[{{ c }}]{% set c = m %}{% endfor %}{{ c }}",
      "[0][0]0"),
    JinjaCase(
      "{% set ns = namespace(n=0) %}{% for m in [1,2] %}{% set ns.n = ns.n + m %}{% endfo"
        + "r %}{{ ns.n }}{{ ns.zz is defined }}",
      "3False"),
    JinjaCase(
      "{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set x %}<{{ a }}>{% endset %}{{ x }}{% set y"
        + " | upper | trim %} q {% endset %}{{ y }}",
      "12<1>Q"),
    JinjaCase(
      "{% if false %}{% set z = 1 %}{% elif true %}{% set z = 2 %}{% else %}{% set z = 3 "
        + "%}{% endif %}{{ z }}",
      "2"),
    JinjaCase(
      "{% macro f(a, b=2) %}{{ a }}-{{ b }}{% endmacro %}{{ f(1) }} {{ f(1, 3) }} {{ f(a="
        + "4, b=5) }} {{ f() }}",
      "1-2 1-3 4-5 -2"),
    JinjaCase(
      "{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}",
      "3210"),
    JinjaCase(
      "{% macro w() %}<{{ caller() }}>{% endmacro %}{% call w() %}in{% endcall %}{% macro"
        + " v(x) %}{{ caller(x) }}{% endmacro %}{% call(y) v(3) %}{{ y }}!{% endcall %}",
      "<in>3!"),
  ]
}
