"""One session of `roux lsp` with a client that is not ours: pytest-lsp on pygls.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    ROUX=/path/to/roux venv/bin/python -m pytest

The client also checks each answer against what the editor it stands for said it can take, and
a departure from the specification is an error here.
"""

import asyncio
import os

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

ROUX = os.environ.get("ROUX", "roux")

BASE = """\
/// How wide the adapter is.
param rank: Int = 8

/// The model that training starts from.
start = model("tiny") |> attach(lora(rank: rank))
"""

MAIN = """\
import "base.recipe" as base

chats = rows([(prompt: "😀 ab", response: "ba"), (prompt: "漢字", response: "dc")])
short = chats |> filter(length(.prompt) < 9)
stage = base(rank: 4)
tuned = stage.start |> train(on: short, with: sft(), budget: 2steps)
"""


@pytest_lsp.fixture(
    params=["visual_studio_code", "neovim"],
    config=ClientServerConfig(server_command=[ROUX, "lsp"]),
)
async def client(request, lsp_client: LanguageClient, tmp_path):
    lsp_client.folder = tmp_path
    (tmp_path / "base.recipe").write_text(BASE)
    await lsp_client.initialize_session(
        types.InitializeParams(
            capabilities=client_capabilities(request.param),
            workspace_folders=[types.WorkspaceFolder(uri=tmp_path.as_uri(), name="recipes")],
        )
    )
    yield
    await lsp_client.shutdown_session()


def place(text: str, part: str, offset: int = 0) -> types.Position:
    """Where a part of a text stands, in UTF-16, and so many characters behind its start."""
    before = text[: text.index(part) + offset]
    line = before.rsplit("\n", 1)[-1]
    return types.Position(before.count("\n"), len(line.encode("utf-16-le")) // 2)


class Recipe:
    """A recipe that the client has open."""

    def __init__(self, client: LanguageClient, name: str, text: str):
        self.client, self.text, self.version = client, text, 1
        self.uri = (client.folder / name).as_uri()

    @property
    def id(self):
        return types.TextDocumentIdentifier(self.uri)

    async def open(self, expected=None):
        self.client.text_document_did_open(
            types.DidOpenTextDocumentParams(
                types.TextDocumentItem(self.uri, "roux", self.version, self.text)
            )
        )
        await self.shows(expected)

    async def change(self, text: str, expected=None):
        self.text, self.version = text, self.version + 1
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(self.version, self.uri),
                [types.TextDocumentContentChangeWholeDocument(text)],
            )
        )
        await self.shows(expected)

    async def shows(self, expected):
        """Waits until the codes of the diagnostics are these; None stands for any."""
        codes = None
        for _ in range(400):
            found = self.client.diagnostics.get(self.uri)
            codes = None if found is None else [d.code for d in found]
            if codes is not None and expected in (None, codes):
                return
            await asyncio.sleep(0.05)
        assert codes == expected

    def at(self, part: str, offset: int = 0) -> dict:
        return {"text_document": self.id, "position": place(self.text, part, offset)}


def applied(text: str, edits) -> str:
    """A text after edits that all count in it, in UTF-16."""
    lines = text.split("\n")

    def index(position):
        before = sum(len(line.encode("utf-16-le")) + 2 for line in lines[: position.line])
        return before + 2 * position.character

    data = text.encode("utf-16-le")
    for edit in sorted(edits, key=lambda e: index(e.range.start), reverse=True):
        start, end = index(edit.range.start), index(edit.range.end)
        data = data[:start] + edit.new_text.encode("utf-16-le") + data[end:]
    return data.decode("utf-16-le")


async def test_diagnostics_come_and_go(client: LanguageClient):
    main = Recipe(client, "main.recipe", MAIN)
    await main.open([])
    await main.change(MAIN.replace(".prompt", ".promt"), ["E0312"])
    found = client.diagnostics[main.uri][0]
    assert found.range.start == place(main.text, "promt")
    assert "did you mean `.prompt`?" in found.message
    assert found.related_information[0].location.uri == main.uri
    await main.change(MAIN, [])


async def test_labels_inside_train(client: LanguageClient):
    main = Recipe(client, "main.recipe", MAIN + "next = tuned |> train(on: chats, )\n")
    await main.open()
    found = await client.text_document_completion_async(
        types.CompletionParams(**main.at("next = tuned |> train(on: chats, ", 33))
    )
    details = {item.label: item.detail for item in found.items}
    assert details["budget:"].startswith("Budget")
    assert details["batch:"].startswith("Int = ")
    assert details["lr:"] and "on:" not in details
    edit = next(item for item in found.items if item.label == "batch:").text_edit
    assert edit.new_text == "batch: "


async def test_columns_inside_filter(client: LanguageClient):
    line = "x = short |> add(size: length(.prompt)) |> filter("
    main = Recipe(client, "main.recipe", MAIN + line)
    await main.open()
    found = await client.text_document_completion_async(
        types.CompletionParams(**main.at(line, len(line)))
    )
    first = [(item.label, item.detail) for item in found.items[:3]]
    assert first == [(".prompt", "Text"), (".response", "Text"), (".size", "Int")]
    await main.change(MAIN + line + ".")
    found = await client.text_document_completion_async(
        types.CompletionParams(**main.at(line + ".", len(line) + 1))
    )
    assert [item.label for item in found.items] == ["prompt", "response", "size"]


async def test_completions_are_explained(client: LanguageClient):
    main = Recipe(client, "main.recipe", MAIN + "x = shuf\n")
    await main.open()
    found = await client.text_document_completion_async(
        types.CompletionParams(**main.at("x = shuf", 8))
    )
    resolved = await client.completion_item_resolve_async(found.items[0])
    assert "shuffle(" in resolved.documentation.value


async def test_rename_across_an_import(client: LanguageClient):
    (client.folder / "other.recipe").write_text('import "base.recipe"\nx = base().start\n')
    base, main = Recipe(client, "base.recipe", BASE), Recipe(client, "main.recipe", MAIN)
    await base.open()
    await main.open()
    spot = base.at("start =", 2)
    prepared = await client.text_document_prepare_rename_async(types.PrepareRenameParams(**spot))
    assert prepared.placeholder == "start"
    edit = await client.text_document_rename_async(
        types.RenameParams(new_name="origin", **spot)
    )
    other = (client.folder / "other.recipe").as_uri()
    assert set(edit.changes) == {base.uri, main.uri, other}
    assert applied(BASE, edit.changes[base.uri]) == BASE.replace("start =", "origin =")
    new = applied(MAIN, edit.changes[main.uri])
    assert new == MAIN.replace("stage.start", "stage.origin")
    assert edit.changes[other][0].new_text == "origin"
    await base.change(applied(BASE, edit.changes[base.uri]))
    await main.shows(["E0305"])
    await main.change(new, [])
    with pytest.raises(Exception, match="word of the language"):
        await client.text_document_rename_async(types.RenameParams(new_name="if", **spot))
    with pytest.raises(Exception, match="already"):
        await client.text_document_rename_async(types.RenameParams(new_name="rank", **spot))


async def test_hover(client: LanguageClient):
    main = Recipe(client, "main.recipe", MAIN)
    await main.open()
    found = await client.text_document_hover_async(
        types.HoverParams(**main.at("filter(length(.prompt)", 1))
    )
    assert "filter(" in found.contents.value
    found = await client.text_document_hover_async(types.HoverParams(**main.at("stage.start", 8)))
    assert "training starts from" in found.contents.value
    assert found.range.start == place(MAIN, "start |>")


async def test_formatting(client: LanguageClient):
    text = "a   =  [1,2]\n"
    main = Recipe(client, "main.recipe", text)
    await main.open()
    edits = await client.text_document_formatting_async(
        types.DocumentFormattingParams(main.id, types.FormattingOptions(2, True))
    )
    assert applied(text, edits) == "a = [1, 2]\n"


async def test_a_code_action_applies_a_fix(client: LanguageClient):
    text = MAIN.replace(".prompt", ".promt")
    main = Recipe(client, "main.recipe", text)
    await main.open(["E0312"])
    found = client.diagnostics[main.uri]
    actions = await client.text_document_code_action_async(
        types.CodeActionParams(main.id, found[0].range, types.CodeActionContext(found))
    )
    assert [a.kind for a in actions] == ["quickfix"]
    fixed = applied(text, actions[0].edit.changes[main.uri])
    assert fixed == MAIN
    await main.change(fixed, [])


async def test_signatures_definitions_and_uses(client: LanguageClient):
    main = Recipe(client, "main.recipe", MAIN)
    await main.open()
    help = await client.text_document_signature_help_async(
        types.SignatureHelpParams(**main.at("budget: 2", 9))
    )
    signature = help.signatures[0]
    assert signature.parameters[signature.active_parameter].label.startswith("budget:")
    target = await client.text_document_definition_async(
        types.DefinitionParams(**main.at("rank: 4", 1))
    )
    assert target.uri == (client.folder / "base.recipe").as_uri()
    assert target.range.start == place(BASE, "rank: Int")
    library = await client.text_document_definition_async(
        types.DefinitionParams(**main.at("sft()", 1))
    )
    assert library.uri.endswith("/losses.recipe")
    uses = await client.text_document_references_async(
        types.ReferenceParams(
            context=types.ReferenceContext(include_declaration=True), **main.at("short =", 1)
        )
    )
    assert len(uses) == 2


async def test_colours_hints_outline_folds(client: LanguageClient):
    main = Recipe(client, "main.recipe", MAIN + "x = [\n  1,\n]\n")
    await main.open()
    tokens = await client.text_document_semantic_tokens_full_async(
        types.SemanticTokensParams(main.id)
    )
    assert len(tokens.data) % 5 == 0 and len(tokens.data) > 100
    whole = types.Range(types.Position(0, 0), types.Position(99, 0))
    hints = await client.text_document_inlay_hint_async(types.InlayHintParams(main.id, whole))
    assert hints[0].label == ": Data<(prompt: Text, response: Text)>"
    names = await client.text_document_document_symbol_async(types.DocumentSymbolParams(main.id))
    assert [n.name for n in names] == ["base", "chats", "short", "stage", "tuned", "x"]
    folds = await client.text_document_folding_range_async(types.FoldingRangeParams(main.id))
    assert [(f.start_line, f.end_line) for f in folds] == [(6, 8)]
    marks = await client.text_document_document_highlight_async(
        types.DocumentHighlightParams(**main.at("chats =", 1))
    )
    assert len(marks) == 2
