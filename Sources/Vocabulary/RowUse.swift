/// What a primitive does with rows that it is given.
public enum RowUse: Sendable, Hashable {
  /// A model learns from them.
  case learnt
  /// They are looked at while others are learnt from.
  case watched
  /// A model is judged by them.
  case judged
}

/// Which of the rows that a primitive is given first its result holds.
public enum RowsKept: Sendable {
  /// All of them, perhaps in another order or with other columns.
  case all
  /// Some of them.
  case some
}
