"""Says which inputs are recipes, by the LALR grammar beside it.

    pip install lark==1.2.2
    python oracle.py < inputs.jsonl            # a verdict a line: true or false
    python oracle.py --compare < inputs.jsonl  # prints where the two differ; exit 1 if they do
    python oracle.py --golden < inputs.jsonl > verdicts.jsonl

A line of input is a JSON object whose "text" is the input; --compare reads the parser's verdict from
"accepted". `swift run -c release SyntaxFuzz --export N` writes such lines.
"""

import json
import pathlib
import re
import sys

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput
from lark.lexer import Lexer

KEYWORDS = set(
    "import param type def if then else for in and or not true false none as where".split())
FOREIGN = set("None null nil NULL undefined True TRUE False FALSE".split())
STATEMENT_WORDS = set(
    "while return from elif fn func function class struct try with switch match assert raise del"
    .split())
# What goes on with the line before, wherever it stands.
CONTINUES = {"PIPE", "OR_ELSE", "AND", "OR", "THEN", "ELSE"}
SYMBOLS = {
    "(": "OPEN", ")": "CLOSE", "[": "OPEN_LIST", "]": "CLOSE_LIST", "{": "OPEN_BLOCK",
    "}": "CLOSE_BLOCK", ",": "COMMA", ":": "COLON", ".": "DOT", "..": "SPREAD", "...": "RANGE",
    "..<": "RANGE", "=": "EQUALS", "=>": "FAT_ARROW", "->": "ARROW", "|": "BAR", "|>": "PIPE",
    "?": "QUESTION", "??": "OR_ELSE", "+": "PLUS", "-": "MINUS", "*": "STAR", "/": "SLASH",
    "==": "COMPARISON", "!=": "COMPARISON", "<": "LESS", "<=": "COMPARISON", ">": "GREATER",
    ">=": "COMPARISON",
}
# Symbols of other languages are cut like those of this one, and mean nothing.
UNKNOWN_SYMBOLS = {"&&", "||", "!", "**", "%", "^", "&", "~", ":=", "+=", "-=", "*=", "/="}
PAIRS = {")": "(", "]": "[", "}": "{"}

BLANKS = re.compile(r"[ \t\r]+")
COMMENT = re.compile(r"//[^\n]*")
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
LABEL_END = re.compile(r"[ \t]*:(?!=)")
NUMBER = re.compile(
    r"[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9][0-9_]*)?(?:%|([A-Za-z0-9_]*))")
UNIT = re.compile(r"[A-Za-z]*")
ESCAPE = re.compile(r"\\(?:[nt\"\\]|u\{([0-9A-Fa-f]{1,8})\})")


class NoRecipe(Exception):
    """The text cannot be cut into the terminals of the grammar."""


class Cutter:
    """Cuts a text into tokens: (type, start, end)."""

    def __init__(self, text):
        self.text = text
        self.at = 0
        self.tokens = []
        # What is open: "(", "[", "{", "\\(", or the quotes of a text.
        self.open = []

    def run(self):
        if self.text.startswith("\ufeff"):
            self.at = 1
        while self.at < len(self.text):
            if self.open and self.open[-1].startswith('"'):
                self.text_piece()
            else:
                self.code()
        if self.open:
            raise NoRecipe("something is left open")
        return self.tokens

    def emit(self, kind, end):
        self.tokens.append((kind, self.at, end))
        self.at = end

    def code(self):
        text, at = self.text, self.at
        for pattern in (BLANKS, COMMENT):
            if match := pattern.match(text, at):
                self.at = match.end()
                return
        if text[at] == "\n":
            self.newline()
        elif match := WORD.match(text, at):
            self.word(match)
        elif match := NUMBER.match(text, at):
            if not UNIT.fullmatch(match.group(1) or ""):
                raise NoRecipe("a unit is made of letters")
            self.emit("NUMBER", match.end())
        elif text[at] == '"':
            quotes = '"""' if text.startswith('"""', at) else '"'
            self.open.append(quotes)
            self.emit("TEXT_START", at + len(quotes))
        else:
            self.symbol()

    def newline(self):
        if '"' in self.open:
            raise NoRecipe("a text on one line has no end")
        if not self.open or self.open[-1] == "{":
            self.emit("NL", self.at + 1)
        else:
            self.at += 1

    def word(self, match):
        word = match.group()
        if LABEL_END.match(self.text, match.end()):
            kind = "LABEL"
        elif word in KEYWORDS:
            kind = word.upper()
        elif word in FOREIGN:
            kind = "FOREIGN"
        elif word == "_":
            kind = "UNDERSCORE"
        else:
            kind = "NAME"
        self.emit(kind, match.end())

    def symbol(self):
        for length in (3, 2, 1):
            symbol = self.text[self.at:self.at + length]
            if len(symbol) == length and (symbol in SYMBOLS or symbol in UNKNOWN_SYMBOLS):
                break
        else:
            raise NoRecipe("a character that means nothing")
        if symbol in UNKNOWN_SYMBOLS:
            raise NoRecipe("a symbol that means nothing")
        kind = SYMBOLS[symbol]
        if symbol in "([{":
            self.open.append(symbol)
        elif symbol in PAIRS:
            opener = self.open.pop() if self.open else ""
            if opener == "\\(" and symbol == ")":
                kind = "INTERPOLATION_END"
            elif opener != PAIRS[symbol]:
                raise NoRecipe("brackets do not match")
        self.emit(kind, self.at + len(symbol))

    def text_piece(self):
        quotes = self.open[-1]
        if self.text.startswith(quotes, self.at):
            self.open.pop()
            self.emit("TEXT_END", self.at + len(quotes))
        elif self.text.startswith("\\(", self.at):
            self.open.append("\\(")
            self.emit("INTERPOLATION_START", self.at + 2)
        else:
            self.literal(quotes)

    def literal(self, quotes):
        text, end = self.text, self.at
        while end < len(text) and not text.startswith((quotes, "\\("), end):
            if text[end] == "\n" and quotes == '"':
                raise NoRecipe("a text on one line has no end")
            if text[end] == "\\":
                escape = ESCAPE.match(text, end)
                if not escape or not is_scalar(escape.group(1)):
                    raise NoRecipe("no such escape")
                end = escape.end()
            else:
                end += 1
        self.emit("LITERAL", end)


def is_scalar(digits):
    if digits is None:
        return True
    value = int(digits, 16)
    return value < 0xD800 or 0xDFFF < value < 0x110000


def joined(tokens):
    """The tokens without the ends of lines that end nothing."""
    result = []
    for place, (kind, start, end) in enumerate(tokens):
        if kind == "NL":
            before = result[-1][0] if result else "NL"
            after = next((t[0] for t in tokens[place:] if t[0] != "NL"), "")
            if before == "NL" or (after in CONTINUES and before != "DOT"):
                continue
        result.append((kind, start, end))
    return result


def classified(tokens, text):
    """Tells the words that mean something else elsewhere from other names, by what follows them."""
    for place, (kind, start, end) in enumerate(tokens):
        following = tokens[place + 1] if place + 1 < len(tokens) else ("NL", end, end)
        is_called = following[0] == "OPEN"
        if kind == "FOREIGN" and is_called:
            kind = "NAME"
        elif kind == "NAME" and is_called and following[1] > end:
            if text[start:end] in STATEMENT_WORDS:
                kind = "STATEMENT_WORD"
        yield Token(kind, text[start:end])


class Given(Lexer):
    """Hands on tokens that have been cut already."""

    def __init__(self, lexer_conf):
        pass

    def lex(self, data):
        return iter(data)


def begins_with_statement_word(tree):
    """Whether a statement of the file, not of a block, begins like one of another language."""
    for child in tree.children:
        first = child
        while isinstance(first, Tree):
            first = next((c for c in first.children if c is not None), None)
        if isinstance(first, Token) and first.type == "STATEMENT_WORD":
            return True
    return False


class Oracle:
    def __init__(self):
        grammar = pathlib.Path(__file__).with_name("grammar.lark").read_text()
        self.parser = Lark(grammar, parser="lalr", lexer=Given, keep_all_tokens=True)

    def accepts(self, text):
        try:
            tokens = list(classified(joined(Cutter(text).run()), text))
            tree = self.parser.parse(tokens)
        except (NoRecipe, UnexpectedInput):
            return False
        return not begins_with_statement_word(tree)


def main():
    oracle = Oracle()
    mode = sys.argv[1] if len(sys.argv) > 1 else ""
    count = accepted = differing = 0
    for line in sys.stdin:
        record = json.loads(line)
        verdict = oracle.accepts(record["text"])
        count += 1
        accepted += verdict
        if mode == "--compare":
            if verdict != record["accepted"]:
                differing += 1
                print(json.dumps({"text": record["text"], "grammar": verdict}, ensure_ascii=False))
        elif mode == "--golden":
            print(json.dumps({"accepted": verdict, "text": record["text"]}, ensure_ascii=False))
        else:
            print("true" if verdict else "false")
    if mode == "--compare":
        print(f"{count} inputs, {accepted} accepted, {differing} disagreements", file=sys.stderr)
        sys.exit(1 if differing else 0)


main()
