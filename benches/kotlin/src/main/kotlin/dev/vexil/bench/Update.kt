package dev.vexil.bench

import dev.vexil.Source
import dev.vexil.VexilClient

/** Updates that are measured, and others before them, in which the virtual machine comes to know the code. */
private const val UPDATES = 1_000
private const val WARM_UP = 5_000

/** From a value that is set in the process until a listener is told, on the same thread. */
internal fun update(definitions: String) {
    val client = VexilClient(Source.Memory(definitions))
    var heard = 0L
    client.addChangeListener("features", SIMPLE) { heard = System.nanoTime() }
    val taken = List(WARM_UP + UPDATES) { round ->
        val begin = System.nanoTime()
        client.setOverride(SIMPLE, round % 2 != 0)
        check(heard > begin) { "nobody was told" }
        heard - begin
    }.drop(WARM_UP).sorted()
    println("| vexil | a listener is told, us: median, worst | %.1f | %.1f |".format(taken[UPDATES / 2] / 1e3, taken.last() / 1e3))
}
