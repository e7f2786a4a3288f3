// What a recipe may touch, as the command line says, and whether one from elsewhere may run.

import ArgumentParser
import Foundation
import Language
import Vocabulary

/// The options that limit a recipe.
struct SandboxOptions: ParsableArguments {
  @Option(
    name: .customLong("allow-read"),
    help: "A file or folder that the recipe may read; without any, it may read all.")
  var reads: [String] = []
  @Option(
    name: .customLong("allow-write"),
    help: "A file or folder that the recipe may write; without any, it may write all.")
  var writes: [String] = []
  @Flag(
    name: .customLong("allow-net"),
    help: "Let it use the network, which it may not once another --allow option is given.")
  var usesNetwork = false
  @Flag(help: "Run a recipe from elsewhere without asking.")
  var trust = false

  private var isLimited: Bool { usesNetwork || !reads.isEmpty || !writes.isEmpty }

  var permissions: Permissions {
    func places(_ paths: [String]) -> [URL]? {
      paths.isEmpty ? nil : paths.map { URL(filePath: $0) }
    }
    return Permissions(
      reads: places(reads), writes: places(writes), usesNetwork: usesNetwork || !isLimited)
  }

  /// Ends the run unless the recipe is from here, keeps to its own folder, or is trusted.
  ///
  /// A recipe in the current folder was put there by the user. One from elsewhere, or one that
  /// imports from elsewhere, may do as it likes in its own folder; beyond that somebody has to
  /// say so.
  func confirm(_ program: Program, _ plan: Plan, in file: URL) throws {
    guard !trust, !isLimited else { return }
    let here = URL(filePath: FileManager.default.currentDirectoryPath).settled
    let strangers = ([file] + program.imports).map(\.settled).filter { !$0.lies(in: here) }
    guard !strangers.isEmpty else { return }
    let folders = strangers.map { $0.deletingLastPathComponent() }
    let own = file.settled.lies(in: here) ? folders + [here] : folders
    let beyond = { (effect: Effects) in
      plan.touched(effect, in: program.directory).filter { place in
        FileManager.default.fileExists(atPath: place.url.path) || effect == .writes
      }.filter { place in !own.contains(where: place.url.lies) }.map(\.url.path)
    }
    let wishes = Self.wishes(beyond(.reads), beyond(.writes), plan.usesNetwork)
    guard !wishes.isEmpty else { return }
    let question =
      "this recipe comes from \(folders[0].path) and wants to "
      + wishes.joined(separator: ", ")
    guard isatty(STDIN_FILENO) == 1 else {
      Console.complain(
        "\(question)\n  It was not run. To run it, add --trust, or say what it may touch with "
          + "--allow-read, --allow-write and --allow-net.")
      throw ExitStatus.usage.code
    }
    FileHandle.standardError.write(Data("\(question): run it? [y/N] ".utf8))
    guard ["y", "yes"].contains(readLine()?.lowercased()) else { throw ExitStatus.usage.code }
  }

  private static func wishes(_ reads: [String], _ writes: [String], _ usesNetwork: Bool)
    -> [String]
  {
    var wishes: [String] = []
    if !reads.isEmpty { wishes.append("read " + reads.joined(separator: " and ")) }
    if !writes.isEmpty { wishes.append("write " + writes.joined(separator: " and ")) }
    if usesNetwork { wishes.append("use the network") }
    return wishes
  }
}
