// Measures the Swift package: `VexilBench DEFINITIONS [evaluate] [memory]`. A JSON object for each figure, and a table.

import Foundation
import Vexil

let repeats = 15
let repeatSeconds = 0.04
let evaluations = 10_000_000
/// A byte lost by each evaluation is five times as much.
let flatKB = 2_048

struct Failed: Error {
    let why: String
}

/// Nanoseconds of one question, over repeats that are long beside a tick of the clock: the least, and the median.
func timed(_ name: String, _ question: (Int) throws -> Int) throws -> (least: Double, median: Double) {
    func seconds(_ rounds: Int) throws -> Double {
        let clock = ContinuousClock()
        let began = clock.now
        let right = try question(rounds)
        let took = (clock.now - began).components
        guard right == rounds else { throw Failed(why: "\(name): \(right) of \(rounds) answers are right") }
        return Double(took.seconds) + Double(took.attoseconds) / 1e18
    }
    var rounds = 1
    while try seconds(rounds) < repeatSeconds / 4 { rounds *= 2 }
    rounds *= 4
    let all = try (0..<repeats).map { _ in try seconds(rounds) / Double(rounds) * 1e9 }.sorted()
    return (all[0], all[all.count / 2])
}

func evaluate(_ workload: Workload) throws {
    let view = try workload.client.view(for: workload.full)
    let questions: [(String, (Int) throws -> Int)] = [
        ("W1", workload.w1), ("W2", workload.w2), ("W2+ctx", workload.w2Context), ("W3", workload.w3),
        ("W1, details", workload.w1Details), ("a view's read", { workload.viewed(view, $0) }),
        ("an override set and taken back, each told to a listener", workload.told),
    ]
    var table = "| what | ns, minimum | ns, median |\n|---|--:|--:|\n"
    for (name, question) in questions {
        let (least, median) = try timed(name, question)
        let (shownLeast, shownMedian) = (String(format: "%.1f", least), String(format: "%.1f", median))
        print(
            #"{"peer": "vexil", "mode": "evaluate", "what": "\#(name)", "ns_min": \#(shownLeast), "ns_median": \#(shownMedian)}"#
        )
        table += "| \(name) | \(shownLeast) | \(shownMedian) |\n"
    }
    print("\n\(table)")
}

/// What is resident while all questions are asked in turn.
func memory(_ workload: Workload) throws {
    let questions = [workload.w1, workload.w2, workload.w2Context, workload.w3, workload.w1Details]
    func ask(_ times: Int) throws {
        for _ in 0..<times / 1_000 / questions.count {
            for question in questions {
                guard question(1_000) == 1_000 else { throw Failed(why: "an answer is not right") }
            }
        }
    }
    try ask(100_000)
    let start = try residentKB()
    try ask(evaluations / 2)
    let middle = try residentKB()
    try ask(evaluations / 2)
    let end = try residentKB()
    print(
        #"{"peer": "vexil", "mode": "memory", "evaluations": \#(evaluations), "start": \#(start), "middle": \#(middle), "end": \#(end)}"#
    )
    print("\n| evaluations | kB at the start | in the middle | at the end |\n|--:|--:|--:|--:|")
    print("| \(evaluations) | \(start) | \(middle) | \(end) |\n")
    if end - start > flatKB { throw Failed(why: "\(end - start) kB more after \(evaluations) evaluations") }
}

func residentKB() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    guard let kB = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) }) else {
        throw Failed(why: "the system does not say what is resident")
    }
    return kB
}

let modes: [(String, (Workload) throws -> Void)] = [("evaluate", evaluate), ("memory", memory)]
let arguments = Array(CommandLine.arguments.dropFirst())
guard let definitions = arguments.first, arguments.dropFirst().allSatisfy({ name in modes.contains { $0.0 == name } })
else {
    print("usage: VexilBench DEFINITIONS [\(modes.map(\.0).joined(separator: "|"))]...")
    exit(2)
}
let workload = try Workload(definitions: definitions)
try workload.verify()
for (name, mode) in modes where arguments.count == 1 || arguments.contains(name) { try mode(workload) }
