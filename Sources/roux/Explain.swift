import ArgumentParser
import Language
import Notebook
import Syntax

struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell what the code of a message means, or list all codes.")

  @Argument(help: "The code, such as E0312.")
  var code: String?

  func run() throws {
    guard let code else {
      return Console.say(DiagnosticCode.list.joined(separator: "\n"))
    }
    guard let known = DiagnosticCode(spelled: code) else {
      let near = DiagnosticCode.nearest(to: code).map { "; did you mean \($0.rawValue)?" } ?? ""
      Console.complain("there is no code `\(code)`\(near); `roux explain` lists all of them")
      throw ExitStatus.usage.code
    }
    let channel = OutputChannel.results
    channel.write(known.page(width: channel.width))
  }
}
