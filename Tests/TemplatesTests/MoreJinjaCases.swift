extension JinjaCases {
  static let second: [JinjaCase] = [
    JinjaCase(
      "{% macro f(b) %}{{ b }}{{ g }}{% endmacro %}{% set g = 5 %}{{ f(1) }}",
      "15"),
    JinjaCase(
      "{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}{{ a }}",
      "12"),
    JinjaCase(
      "{% filter upper %}abc{{ 'd' }}{% endfilter %}{% filter replace('a', 'b') | trim %}"
        + " aa {% endfilter %}",
      "ABCDbb"),
    JinjaCase(
      "{% generation %}x{% set q = 1 %}{% endgeneration %}{{ q }}",
      "x"),
    JinjaCase(
      "{{ '  a b '.strip() }}|{{ 'xxaxx'.strip('x') }}|{{ '  a '.lstrip() }}|{{ ' a  '.rs"
        + "trip() }}|{{ 'abcab'.rstrip('ba') }}",
      "a b|a|a | a|abc"),
    JinjaCase(
      "{{ 'a,b,,c'.split(',') }}{{ ' a  b '.split() }}{{ 'a b c'.split(' ', 1) }}{{ 'a b "
        + "c'.rsplit(' ', 1) }}{{ 'a b c'.split(None, 1) }}{{ 'a\\nb\\r\\nc\\n'.splitlines() "
        + "}}",
      "['a', 'b', '', 'c']['a', 'b']['a', 'b c']['a b', 'c']['a', 'b c']['a', 'b', 'c']"),
    JinjaCase(
      "{{ 'Hello'.startswith('He') }}{{ 'Hello'.endswith(('x', 'lo')) }}{{ 'Hello'.upper("
        + ") }}{{ 'HeLLo'.lower() }}{{ \"they're bill's 3d\".title() }}{{ 'hELLO wORLD'.capit"
        + "alize() }}",
      "TrueTrueHELLOhelloThey'Re Bill'S 3DHello world"),
    JinjaCase(
      "{{ 'aXbX'.replace('X', '--') }}{{ 'aaa'.replace('a', 'b', 2) }}{{ 'abc'.replace(''"
        + ", '-') }}{{ ', '.join(['a', 'b']) }}{{ 'banana'.find('na') }}{{ 'banana'.count('an"
        + "') }}{{ 'abc'.find('z') }}",
      "a--b--bba-a-b-c-a, b22-1"),
    JinjaCase(
      "{{ '{} and {}'.format('a', 1) }}{{ '{0}{1}{0}'.format('a', 'b') }}{{ '{x}'.format("
        + "x=3) }}",
      "a and 1aba3"),
    JinjaCase(
      "{{ 'a1'.isdigit() }}{{ '12'.isdigit() }}{{ 'ab'.isalpha() }}{{ 'straße'.upper() }}"
        + "{{ 'ÀÉ'.lower() }}",
      "FalseTrueTrueSTRASSEàé"),
    JinjaCase(
      "{{ ' a ' | trim }}|{{ 'hello world-foo (bar' | title }}|{{ 'hELLO' | capitalize }}"
        + "|{{ 'a' | upper }}{{ 'xxaxx' | trim('x') }}",
      "a|Hello World-Foo (Bar|Hello|Aa"),
    JinjaCase(
      "{{ [1, 2, 3] | join(', ') }}{{ ['a'] | join }}{{ [{'n': 1}, {'n': 2}] | join('-', "
        + "attribute='n') }}{{ 'abc' | join('.') }}",
      "1, 2, 3a1-2a.b.c"),
    JinjaCase(
      "{{ [3, 1, 2] | sort }}{{ ['b', 'A', 'c'] | sort }}{{ ['b', 'A'] | sort(case_sensit"
        + "ive=true) }}{{ [3, 1] | sort(reverse=true) }}{{ [{'a': 2}, {'a': 1}] | sort(attrib"
        + "ute='a') }}",
      "[1, 2, 3]['A', 'b', 'c']['A', 'b'][3, 1][{'a': 1}, {'a': 2}]"),
    JinjaCase(
      "{{ [1, 2, 1, 'a', 'A'] | unique | list }}{{ [1, 2] | reverse | list }}{{ 'abc' | r"
        + "everse }}{{ [1, 2] | sum }}{{ [1, 5, 2] | max }}{{ [1, 5, 2] | min }}",
      "[1, 2, 'a'][2, 1]cba351"),
    JinjaCase(
      "{{ {'b': 1, 'A': 2} | dictsort }}{{ {'b': 1, 'a': 2} | dictsort(by='value') }}",
      "[('A', 2), ('b', 1)][('b', 1), ('a', 2)]"),
    JinjaCase(
      "{{ [1, 2] | first }}{{ [1, 2] | last }}{{ [] | first }}{{ 'abc' | first }}{{ 'abc'"
        + " | last }}{{ 'abc' | length }}{{ [1] | count }}{{ 'añ' | list }}",
      "12ac31['a', 'ñ']"),
    JinjaCase(
      "{{ x | default('d') }}{{ '' | default('d') }}{{ '' | default('d', true) }}{{ none "
        + "| d('n') }}{{ x | d }}|",
      "ddNone|"),
    JinjaCase(
      "{{ '3' | int + 1 }}{{ 'z' | int(7) }}{{ 3.9 | int }}{{ '1.5' | float }}{{ 'ff' | i"
        + "nt(0, 16) }}{{ -3 | abs }}{{ '3.7' | int }}",
      "4731.525533"),
    JinjaCase(
      "{{ 2.5 | round }}{{ 3.5 | round }}{{ 2.567 | round(2) }}{{ 2.1 | round(0, 'ceil') "
        + "}}{{ 7 | round }}{{ 2.675 | round(2) }}",
      "2.04.02.573.072.67"),
    JinjaCase(
      "{{ 'a\\nb\\n\\nc' | indent }}|{{ 'a\\nb\\n\\nc' | indent(2, true, true) }}|{{ 'a\\"
        + "nb' | indent('> ') }}|{{ 'a\\nb' | indent(width=1, first=true) }}",
      "a\n    b\n\n    c|  a\n  b\n  \n  c|a\n> b| a\n b"),
    JinjaCase(
      "{{ '<a href=\"x\">\\'&' | e }}{{ '<' | safe }}{{ 5 | string + 'a' }}{{ 'a b c' | w"
        + "ordcount }}",
      "&lt;a href=&#34;x&#34;&gt;&#39;&amp;<5a3"),
    JinjaCase(
      "{{ d | tojson }}{{ [1, 1.5, true, none, 'é\"\\\\\\n\\u0001/</'] | tojson }}{{ {'a'"
        + ": [1, 2], 'b': {}, 'c': []} | tojson(indent=2) }}",
      "{\"a\": 1, \"n\": 4}[1, 1.5, true, null, \"é\\\"\\\\\\n\\u0001/</\"]{\n  \"a\": ["
        + "\n    1,\n    2\n  ],\n  \"b\": {},\n  \"c\": []\n}"),
    JinjaCase(
      "{{ 'é😀' | tojson(ensure_ascii=true) }}{{ {'b': 1, 'a': 2} | tojson(sort_keys=true)"
        + " }}{{ {'a': [1]} | tojson(separators=(',', ':')) }}{{ {1: 2, none: 3} | tojson }}{"
        + "{ (1, 2) | tojson }}{{ 1e16 | tojson }}",
      "\"\\u00e9\\ud83d\\ude00\"{\"a\": 2, \"b\": 1}{\"a\":[1]}{\"1\": 2, \"null\": 3}[1,"
        + " 2]1e+16"),
    JinjaCase(
      "{{ [1, 2, 3, 4] | select('even') | list }}{{ [0, 1, ''] | select | list }}{{ [1, 2"
        + "] | reject('odd') | list }}{{ [1, 2, 3] | select('>', 1) | list }}{{ [1, 2] | sele"
        + "ct('in', [2]) | list }}",
      "[2, 4][1][2][2, 3][2]"),
    JinjaCase(
      "{{ u | selectattr('role', 'equalto', 'user') | map(attribute='c') | list }}{{ u | "
        + "selectattr('c') | list | length }}{{ u | rejectattr('role', '==', 'user') | map(at"
        + "tribute='role') | join }}{{ u | selectattr('zz', 'defined') | list }}",
      "['hi']1bot[]"),
    JinjaCase(
      "{{ ['a', 'b'] | map('upper') | list }}{{ [' a '] | map('trim') | join }}{{ [{'a': "
        + "{'b': 3}}] | map(attribute='a.b') | list }}{{ [{}] | map(attribute='x', default='q"
        + "') | list }}{{ ['ab'] | map('replace', 'a', 'c') | list }}",
      "['A', 'B']a[3]['q']['cb']"),
    JinjaCase(
      "{{ 1 is number }}{{ 'a' is string }}{{ d is mapping }}{{ [] is iterable }}{{ 'a' i"
        + "s sequence }}{{ none is none }}{{ true is boolean }}{{ 1.0 is float }}{{ 1 is inte"
        + "ger }}{{ true is integer }}{{ true is number }}",
      "TrueTrueTrueTrueTrueTrueTrueTrueTrueFalseTrue"),
    JinjaCase(
      "{{ true is true }}{{ 1 is true }}{{ false is false }}{{ 3 is odd }}{{ 4 is divisib"
        + "leby 2 }}{{ 4 is divisibleby(3) }}{{ 1 is eq 1 }}{{ 1 is ne(2) }}{{ 'a' is in 'abc"
        + "' }}{{ 'A' is upper }}{{ 'a' is lower }}{{ range is callable }}{{ 'e' is filter }}",
      "TrueFalseTrueTrueTrueFalseTrueTrueTrueTrueTrueTrueTrue"),
    JinjaCase(
      "{{ x is not defined and 1 is not none }}{{ not x is defined }}{{ d.a is defined an"
        + "d d.b is not defined }}{{ 1 is number and 2 is string }}{{ 1 if x is defined else "
        + "2 }}{{ d is not mapping or true }}",
      "TrueTrueTrueFalse2True"),
    JinjaCase(
      "{{ -1 | abs }}{{ 1 + 2 | string | length }}{{ 'a' + 'b' | upper }}{{ ('a' + 'b') |"
        + " upper }}{{ 'a' | upper ~ 'b' }}{{ [1,2] | length == 2 }}{{ -d.n }}",
      "12aBABAbTrue-4"),
    JinjaCase(
      "{{ range(3) | list }}{{ range(1, 7, 2) | list }}{{ range(3, 0, -1) | list }}{{ dic"
        + "t(a=1, b=2) }}{{ dict({'x': 1}, y=2) }}",
      "[0, 1, 2][1, 3, 5][3, 2, 1]{'a': 1, 'b': 2}{'x': 1, 'y': 2}"),
    JinjaCase(
      "{{ strftime_now('%d %b %Y|%Y-%m-%d|%B %A %a %H:%M:%S %p %I %j %y %-d %e %%') }}",
      "06 Jul 2024|2024-07-06|July Saturday Sat 15:04:05 PM 03 188 24 6  6 %"),
    JinjaCase(
      "x{{ 'a'.b }}|{{ 'a'['b'] }}|{{ u[0].role }}{{ u[-1]['role'] }}{{ u.0.role }}{{ u[0"
        + "]['c'][0] }}",
      "x||userbotuserh"),
    JinjaCase(
      "{{ 10_000 }}{{ 0x1F }}{{ 1.5e3 }}{{ 1E2 }}{{ 0b11 }}",
      "10000311500.0100.03"),
    JinjaCase(
      "{{ d == {'n': 4, 'a': 1} }}{{ [1, 2] == (1, 2) }}{{ none == false }}{{ x == y }}",
      "TrueFalseFalseTrue"),
    JinjaCase(
      "{%- for m in u -%}{{ m.role | capitalize }}: {{ m.c }}\n{% endfor -%} end",
      "User: hi\nBot: \nend"),
    JinjaCase(
      "|{{ {'a': 1,}.a }}{{ [1,] }}{{ {'a b': 2}['a b'] }}",
      "|1[1]2"),
    JinjaCase(
      "{{ 'a' if x is defined and x else 'b' if y is undefined else 'c' }}{{ (1 if 0) is "
        + "defined }}",
      "bFalse"),
    JinjaCase(
      "line\r\nnext\r\n{{ 'x' }}\r",
      "line\nnext\nx"),
    JinjaCase(
      "{{ 'a.b'.split('.') | last }}{{ 'q'.__class__ }}|{{ 'x'.removeprefix('x') }}{{ 'ab"
        + "x'.removesuffix('x') }}{{ [1,2,1].count(1) }}{{ [1,2].index(2) }}",
      "b|ab21"),
    JinjaCase(
      "{{ loop }}|{% for x in [1] %}{{ x }}{% endfor %}{{ x }}",
      "|1"),
    JinjaCase(
      "{{ [[1, 2], [3]] | sum(start=[]) }}{{ [1, 2.5] | sum }}{{ [{'v': 1}, {'v': 2}] | s"
        + "um(attribute='v') }}{{ ['a', 'b'] | map('length') | sum }}",
      "[1, 2, 3]3.532"),
    JinjaCase(
      "{% set x = 5 %}{% if x > 3 and x < 10 or x == 0 %}in{% endif %}{{ x if x }}{% set "
        + "x = x + 1 %}{{ x }}",
      "in56"),
    JinjaCase(
      "{{ 'ǆ'.title() }}{{ 'ǆ'.capitalize() }}{{ 'ß' | upper }}{{ 'ﬁ'.upper() }}",
      "ǅǅSSFI"),
  ]
}
