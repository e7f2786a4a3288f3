@main struct Roux { static func main() {} }
