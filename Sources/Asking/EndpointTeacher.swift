import Foundation
import Synchronization
import Vocabulary

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// A model behind an address: so many requests at once, tried again where that may help.
///
/// One thread decides; requests tell it by a mailbox how they ended.
struct EndpointTeacher: Teacher {
  let endpoint: Endpoint
  let context: RunContext
  let trouble: Trouble

  func answer(_ wishes: [Wish], kept: AnswerFile, told: (Wish, Reply) throws -> Void) throws {
    let key = try endpoint.key?.reveal()
    let line = Line(endpoint, key: key)
    defer { line.close() }
    var queue = Queue(wishes, endpoint, spent: kept.tokens)
    while !queue.isDone {
      if context.isPausing() {
        throw Paused(place: "with \(queue.left) answers to come from \(endpoint.model)")
      }
      while let wish = queue.next() {
        line.send(wish.place, try endpoint.request(wish.wish, key: key))
      }
      guard let (place, ending) = line.wait(seconds: min(queue.wait, 0.2)) else { continue }
      let wish = wishes[place]
      switch Verdict(ending, on: wish, hiding: key) {
      case .answer(let answer):
        queue.succeed(place, answer)
        try told(wish, .answer(answer))
      case .refused(let reason):
        queue.give(up: place)
        try told(wish, .refusal(reason))
      case .again(let what, let pause, let said):
        trouble.count("tried again: \(what)")
        queue.fail(place, said.isEmpty ? what : "\(what): \(said)", pause: pause)
      case .stop(let error): throw error
      }
    }
    try queue.complain()
  }
}

/// What the end of a request means.
private enum Verdict {
  case answer(Answer)
  /// Asking again would give no answer to this question.
  case refused(String)
  /// Asking again may help, after so many seconds if the server says how many, and what it said.
  case again(String, pause: Double? = nil, said: String = "")
  /// No question will be answered.
  case stop(EndpointError)

  init(_ ending: Line.Ending, on wish: Wish, hiding key: String?) {
    switch ending {
    case .failed(let reason): self = .again(reason)
    case .response(let status, let data, let pause):
      let said = String(decoding: data.prefix(300), as: UTF8.self).hiding(key)
        .replacing("\n", with: " ")
      switch status {
      case 200..<300:
        guard let answer = Answer(body: data, asking: wish.question) else {
          self = .again("malformed response")
          return
        }
        self =
          answer.value(wish.question.shape) == nil
          ? .again("answer of another type", pause: 0) : .answer(answer)
      case 408, 409, 425, 429, 500...: self = .again("status \(status)", pause: pause, said: said)
      case 401, 403:
        self = .stop(
          EndpointError(
            problem: "the server refuses the key (status \(status)): \(said)",
            advice: "Give it with key: secret(\"NAME\"), and set NAME in the environment."))
      case 404, 405:
        self = .stop(
          EndpointError(
            problem: "the server knows no such model or place (status \(status)): \(said)",
            advice: "Is the address right up to /v1, and the model's name as the server has it?"))
      default: self = .refused("status \(status)")
      }
    }
  }
}

/// Requests under way, each of which ends as a letter in a mailbox.
private final class Line: Sendable {
  enum Ending: Sendable {
    case response(status: Int, Data, pause: Double?)
    case failed(String)
  }

  private let session: URLSession
  private let letters = Mutex<[(place: Int, ending: Ending)]>([])
  private let arrived = DispatchSemaphore(value: 0)

  init(_ endpoint: Endpoint, key: String?) {
    let settings = URLSessionConfiguration.ephemeral
    settings.timeoutIntervalForRequest = endpoint.timeout
    settings.timeoutIntervalForResource = endpoint.timeout
    settings.httpMaximumConnectionsPerHost = endpoint.together
    settings.httpShouldSetCookies = false
    session = URLSession(configuration: settings)
  }

  func send(_ place: Int, _ request: URLRequest) {
    session.dataTask(with: request) { [self] data, response, error in
      let ending: Ending
      if let response = response as? HTTPURLResponse, error == nil {
        ending = .response(
          status: response.statusCode, data ?? Data(),
          pause: response.value(forHTTPHeaderField: "Retry-After").flatMap(Self.seconds))
      } else {
        ending = .failed((error as? URLError)?.words ?? "no response")
      }
      letters.withLock { $0.append((place, ending)) }
      arrived.signal()
    }.resume()
  }

  /// The next letter, or nil after so many seconds without one.
  func wait(seconds: Double) -> (Int, Ending)? {
    guard arrived.wait(timeout: .now() + seconds) == .success else { return nil }
    return letters.withLock { $0.removeFirst() }
  }

  func close() { session.invalidateAndCancel() }

  /// `Retry-After`: seconds, or the date of RFC 9110.
  private static func seconds(_ text: String) -> Double? {
    if let number = Double(text.trimmingCharacters(in: .whitespaces)) { return max(0, number) }
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
    return format.date(from: text).map { max(0, $0.timeIntervalSinceNow) }
  }
}

extension URLError {
  /// What happened, in the few words of a ledger.
  fileprivate var words: String {
    switch code {
    case .timedOut: "timeout"
    case .networkConnectionLost, .badServerResponse, .cannotParseResponse: "connection cut"
    case .cannotConnectToHost, .cannotFindHost, .dnsLookupFailed, .notConnectedToInternet:
      "no connection"
    default: "no response"
    }
  }
}
