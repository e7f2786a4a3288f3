/// Text with places where it may break, after Wadler's "A prettier printer".
indirect enum Layout: Sendable {
  case text(String)
  /// Several lines as they are.
  case verbatim(String)
  /// A space, or a newline where the group around it is broken.
  case line
  /// A space, or a newline where what stands before the next place to break only fits below.
  case fillLine
  /// Nothing, or a newline where the group around it is broken.
  case softLine
  case hardLine
  /// An empty line where the group around it is broken, if it was there before.
  case blankIfBroken
  case ifBroken(String)
  /// A comment that waits for the end of the line.
  case lineEnd(String)
  case nest(Layout)
  case group(Layout, mustBreak: Bool)
  /// The first if all before its first newline fits on the line, else the second.
  case firstFitting(Layout, otherwise: Layout)
  case sequence([Layout])

  /// A group that breaks if it does not fit, or has to.
  static func group(_ content: Layout) -> Layout {
    .group(content, mustBreak: content.hasNewline)
  }

  static let empty = Layout.sequence([])

  /// The layout with a newline in it, if it is a group.
  var broken: Layout {
    if case .group(let content, _) = self { return .group(content, mustBreak: true) }
    return self
  }

  /// Whether a newline is certain.
  var hasNewline: Bool {
    switch self {
    case .text, .verbatim, .line, .fillLine, .softLine, .blankIfBroken, .ifBroken: false
    case .hardLine, .lineEnd: true
    case .nest(let inner), .firstFitting(let inner, otherwise: _): inner.hasNewline
    case .group(_, let mustBreak): mustBreak
    case .sequence(let parts): parts.contains(where: \.hasNewline)
    }
  }
}

/// Lays out, breaking as few and as outer groups as possible.
struct LayoutPrinter {
  static let width = 100

  private struct Item {
    let layout: Layout
    let indentation: Int
    let isBroken: Bool
  }

  private var output = ""
  private var column = 0
  private var pending: [String] = []
  /// What is still to be printed, the next last.
  private var stack: [Item] = []

  static func print(_ layout: Layout) -> String {
    var printer = LayoutPrinter()
    printer.stack = [Item(layout: layout, indentation: 0, isBroken: true)]
    while let item = printer.stack.popLast() { printer.print(item) }
    printer.flush()
    return printer.output
  }

  private mutating func print(_ item: Item) {
    switch item.layout {
    case .text(let text): write(text)
    case .verbatim(let text):
      output += text
      column = Self.column(after: text, from: column)
    case .line: item.isBroken ? newline(item.indentation) : write(" ")
    case .fillLine: fill(item.indentation)
    case .softLine: if item.isBroken { newline(item.indentation) }
    case .hardLine: newline(item.indentation)
    case .blankIfBroken: if item.isBroken { newline(0) }
    case .ifBroken(let text): if item.isBroken { write(text) }
    case .lineEnd(let comment): pending.append(comment)
    case .nest(let inner): push(inner, item.indentation + 2, item.isBroken)
    case .group(let inner, let mustBreak):
      push(inner, item.indentation, mustBreak || !fits(inner, item.indentation))
    case .firstFitting(let first, let otherwise):
      let isFirst = fits(first, item.indentation)
      push(isFirst ? first : otherwise, item.indentation, !isFirst)
    case .sequence(let parts):
      for part in parts.reversed() { push(part, item.indentation, item.isBroken) }
    }
  }

  private mutating func push(_ layout: Layout, _ indentation: Int, _ isBroken: Bool) {
    stack.append(Item(layout: layout, indentation: indentation, isBroken: isBroken))
  }

  private mutating func write(_ text: String) {
    output += text
    column += DisplayWidth.of(text)
  }

  private mutating func newline(_ indentation: Int) {
    flush()
    while output.utf8.last == Byte.space { output.removeLast() }
    output += "\n" + String(repeating: " ", count: indentation)
    column = indentation
  }

  private mutating func fill(_ indentation: Int) {
    let width = widthToNextBreak()
    let isTooWide = column + 1 + width > Self.width
    isTooWide && indentation + width <= Self.width ? newline(indentation) : write(" ")
  }

  private mutating func flush() {
    for comment in pending { output += (column > 0 ? "  " : "") + comment }
    pending = []
  }

  private static func column(after text: String, from column: Int) -> Int {
    guard let newline = text.utf8.lastIndex(of: Byte.newline) else {
      return column + DisplayWidth.of(text)
    }
    return DisplayWidth.of(text[text.index(after: newline)...])
  }

  /// How wide is what comes next, up to the first place where a line may break.
  private func widthToNextBreak() -> Int {
    var width = 0
    var next: [Item] = []
    var behind = stack.count
    while true {
      if next.isEmpty {
        if behind == 0 { return width }
        behind -= 1
        next.append(stack[behind])
      }
      let item = next.removeLast()
      switch item.layout {
      case .text(let text): width += DisplayWidth.of(text)
      case .verbatim(let text):
        let first = Self.firstLine(of: text)
        width += DisplayWidth.of(first)
        if first.utf8.count < text.utf8.count { return width }
      case .line, .fillLine, .softLine, .hardLine: return width
      case .blankIfBroken, .lineEnd: break
      case .ifBroken(let text): if item.isBroken { width += DisplayWidth.of(text) }
      case .nest(let inner), .group(let inner, _), .firstFitting(let inner, otherwise: _):
        next.append(Item(layout: inner, indentation: 0, isBroken: item.isBroken))
      case .sequence(let parts):
        for part in parts.reversed() {
          next.append(Item(layout: part, indentation: 0, isBroken: item.isBroken))
        }
      }
    }
  }

  private static func firstLine(of text: String) -> Substring {
    text.prefix { $0 != "\n" && $0 != "\r\n" }
  }

  /// Whether `layout`, unbroken, and what follows it up to the next newline fit on this line.
  private func fits(_ layout: Layout, _ indentation: Int) -> Bool {
    var room = Self.width - column
    var next = [Item(layout: layout, indentation: indentation, isBroken: false)]
    var behind = stack.count
    while room >= 0 {
      if next.isEmpty {
        if behind == 0 { return true }
        behind -= 1
        next.append(stack[behind])
      }
      let item = next.removeLast()
      switch item.layout {
      case .text(let text): room -= DisplayWidth.of(text)
      case .verbatim(let text):
        let first = Self.firstLine(of: text)
        room -= DisplayWidth.of(first)
        if first.utf8.count < text.utf8.count { return room >= 0 }
      case .line:
        if item.isBroken { return true }
        room -= 1
      case .fillLine: room -= 1
      case .softLine: if item.isBroken { return true }
      case .hardLine: return true
      case .blankIfBroken, .lineEnd: break
      case .ifBroken(let text): if item.isBroken { room -= DisplayWidth.of(text) }
      case .nest(let inner):
        next.append(Item(layout: inner, indentation: 0, isBroken: item.isBroken))
      case .group(let inner, let mustBreak):
        next.append(Item(layout: inner, indentation: 0, isBroken: mustBreak))
      case .firstFitting(let first, otherwise: _):
        next.append(Item(layout: first, indentation: 0, isBroken: false))
      case .sequence(let parts):
        for part in parts.reversed() {
          next.append(Item(layout: part, indentation: 0, isBroken: item.isBroken))
        }
      }
    }
    return false
  }
}
