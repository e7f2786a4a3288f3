// Conversations in files are JSON; templates are given them as their own values.

import JSON
import Templates

extension TemplateValue {
  init(json text: String) throws { self.init(try JSONValue(parsing: text)) }

  init(json bytes: [UInt8]) throws { self.init(try JSONValue(parsing: bytes)) }

  private init(_ json: JSONValue) {
    switch json {
    case .null: self = .none
    case .bool(let flag): self = .bool(flag)
    case .int(let number): self = .int(number)
    case .number(let number): self = .float(number)
    case .text(let text): self = .text(text)
    case .list(let values): self = .list(values.map(TemplateValue.init))
    case .object(let object):
      self = .map(TemplateMap(object.pairs.map { TemplateMap.Pair($0, TemplateValue($1)) }))
    }
  }
}
