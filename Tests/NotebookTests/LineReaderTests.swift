import Foundation
import Notebook
import Testing

@Suite("Cells from a pipe")
struct LineReaderTests {
  private func cells(of text: String) -> [CellInput] {
    let pipe = Pipe()
    pipe.fileHandleForWriting.write(Data(text.utf8))
    pipe.fileHandleForWriting.closeFile()
    var reader = LineReader(input: pipe.fileHandleForReading.fileDescriptor) { text in
      let open = text.filter { $0 == "(" }.count - text.filter { $0 == ")" }.count
      return open > 0 ? .incomplete(indent: 2) : open < 0 ? .wrong : .complete
    }
    var inputs: [CellInput] = []
    while inputs.last != .endOfInput, inputs.count < 100 {
      inputs.append(reader.read(Prompt("", continuation: "")))
    }
    return inputs
  }

  @Test("Each complete line is a cell, incomplete ones are joined")
  func lines() {
    #expect(
      cells(of: "a\nf(\n é\n)\n\nb)\r\n")
        == [.cell("a"), .cell("f(\n é\n)"), .cell(""), .cell("b)"), .endOfInput])
  }

  @Test("An unfinished cell at the end, without a line end, is a cell")
  func unfinished() {
    #expect(cells(of: "f(\nx") == [.cell("f(\nx"), .endOfInput])
    #expect(cells(of: "") == [.endOfInput])
  }

  @Test("Lines longer than a read come whole")
  func long() {
    let line = String(repeating: "é", count: 20_000)
    #expect(cells(of: line + "\n") == [.cell(line), .endOfInput])
  }
}
