// swift-tools-version: 6.2
import PackageDescription

/// Warnings are errors everywhere; outside the kernel edge, unsafe code is one of those errors.
let edge: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]
let safe: [SwiftSetting] = edge + [.strictMemorySafety()]

/// Folders of test targets that are no sources: tests read them by path.
let readInPlace = [
  "Formats": ["Golden"], "Training": ["Golden"], "Models": ["Golden"], "Evaluation": ["Golden"],
  "Language": ["Programs"], "Notebook": ["Transcripts"], "Syntax": ["Oracle"],
  "Standard": ["Wrong", "Samples"], "Asking": ["Server"], "LanguageServer": ["client"],
]

/// What tests of any target may use to read files and numbers.
let fixtureTargets = [
  "JSON", "Tensors", "Formats", "Models", "Datasets", "Vocabulary", "Language", "Syntax",
]

/// Evaluation is tested on models that have been trained, the language on mutated recipes, the server
/// with all words.
func fixtures(of name: String) -> [Target.Dependency] {
  let more =
    [
      "Evaluation": ["Training"], "Syntax": ["SyntaxFuzzing"], "Language": ["SyntaxFuzzing"],
      "LanguageServer": ["Standard"], "Asking": ["Store"],
    ][name] ?? []
  return (fixtureTargets + more).filter { $0 != name }.map { .target(name: $0) }
}

let package = Package(
  name: "roux",
  products: [.executable(name: "roux", targets: ["roux"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // System libraries, each behind a module map.
    .systemLibrary(name: "CBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),

    // What the file system says of a place.
    .target(name: "Files", swiftSettings: edge),

    // One reader and writer of JSON for all.
    .target(name: "JSON", swiftSettings: edge),

    // The runtime, from the processor up.
    .target(name: "CKernels", cSettings: [.unsafeFlags(["-O3"])]),
    .target(name: "Tensors", dependencies: ["CKernels", "CBLAS"], swiftSettings: edge),
    .target(name: "Formats", dependencies: ["Tensors", "CKernels", "JSON"], swiftSettings: edge),
    .target(name: "Tokenizers", dependencies: ["CPCRE2", "JSON"], swiftSettings: edge),
    .target(name: "Templates", swiftSettings: safe),
    // The tiny model inside the program, and the folder it is unpacked to.
    .target(name: "CTiny", path: "stdlib/tiny", cSettings: [.headerSearchPath(".")]),
    .target(name: "Embedded", dependencies: ["CTiny"], swiftSettings: edge),
    .target(
      name: "Models",
      dependencies: [
        "Datasets", "Embedded", "JSON", "Tensors", "Formats", "Tokenizers", "Templates",
        "Vocabulary",
      ],
      swiftSettings: safe),
    .target(
      name: "Datasets", dependencies: ["CZlib", "JSON", "Vocabulary"], swiftSettings: edge),
    .target(
      name: "Training",
      dependencies: [
        "Models", "Datasets", "Tensors", "Formats", "Templates", "Tokenizers", "Vocabulary",
      ],
      swiftSettings: safe),
    .target(
      name: "Evaluation",
      dependencies: [
        "Models", "Datasets", "Training", "Tensors", "Templates", "Tokenizers", "Vocabulary",
      ],
      swiftSettings: safe),

    // Models that are asked, here and behind addresses.
    .target(
      name: "Asking", dependencies: ["Models", "Datasets", "JSON", "Templates", "Vocabulary"],
      swiftSettings: safe),

    // How fast it is and what it takes, measured.
    .target(
      name: "Bench",
      dependencies: [
        "Language", "Syntax", "Training", "Models", "Datasets", "Tensors", "Formats", "Tokenizers",
        "Vocabulary", "CBLAS", "CKernels",
      ], swiftSettings: edge),

    // The language, from the text up.
    .target(name: "Syntax", swiftSettings: safe),
    .target(name: "Store", dependencies: ["CCrypto", "Vocabulary"], swiftSettings: edge),
    .target(
      name: "Language", dependencies: ["Files", "Syntax", "Vocabulary", "Store"],
      swiftSettings: safe),
    .target(name: "CEditLine", linkerSettings: [.linkedLibrary("edit")]),
    .target(
      name: "Notebook", dependencies: ["Language", "Syntax", "Vocabulary", "CEditLine"],
      swiftSettings: edge),

    // The same engine for editors.
    .target(
      name: "LanguageServer", dependencies: ["Language", "Syntax", "Store", "Vocabulary", "JSON"],
      swiftSettings: safe),

    // The keystone: what a value, a type, a parameter and a primitive are.
    .target(
      name: "Vocabulary", dependencies: ["Files"], swiftSettings: safe,
      linkerSettings: [.linkedLibrary("m")]),

    // The list of all primitives, and the part of the library that is written in the language.
    .target(
      name: "Standard",
      dependencies: ["Asking", "Training", "Evaluation", "Models", "Datasets", "Vocabulary"],
      path: "stdlib",
      exclude: ["REFERENCE.md", "tiny"],
      resources: [
        "losses", "rollouts", "attempts", "ratings", "schedules", "prompts", "cleaning", "tasks",
        "metrics", "sweeps", "judging", "generation",
      ].map { .embedInCode("\($0).recipe") },
      swiftSettings: safe),

    .executableTarget(
      name: "roux",
      dependencies: [
        "Bench", "LanguageServer", "Notebook", "Standard", "Language", "Syntax", "Vocabulary",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: safe,
      // Takes the place of malloc: a check makes and frees small things by the hundred thousand.
      linkerSettings: [.linkedLibrary("mimalloc", .when(platforms: [.linux]))]),

    .target(
      name: "TestSupport", dependencies: ["JSON", "Vocabulary"], path: "Tests/TestSupport",
      swiftSettings: edge),

    // Mutated recipes, for tests and for long runs.
    .target(
      name: "SyntaxFuzzing", dependencies: ["Syntax"], path: "Tests/SyntaxFuzzing",
      swiftSettings: safe),
    .executableTarget(
      name: "SyntaxFuzz", dependencies: ["SyntaxFuzzing"], path: "Tests/SyntaxFuzz",
      swiftSettings: safe),
  ]
    + [
      "JSON", "Tensors", "Formats", "Tokenizers", "Templates", "Models", "Datasets", "Training",
      "Evaluation", "Asking", "Syntax", "Vocabulary", "Store", "Language", "LanguageServer",
      "Notebook",
      "Standard",
    ].map { name in
      .testTarget(
        name: "\(name)Tests",
        dependencies: [.target(name: name), "TestSupport"]
          + fixtures(of: name),
        exclude: readInPlace[name] ?? [], swiftSettings: edge)
    },
  swiftLanguageModes: [.v6]
)
