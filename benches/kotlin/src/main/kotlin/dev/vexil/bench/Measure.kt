package dev.vexil.bench

import java.io.File

/** The figure of one row: nanoseconds of the fastest batch, and of the middle one. */
internal data class Row(val workload: String, val min: Double, val median: Double)

/** Milliseconds that a batch is to take, and all of them together. */
private const val BATCH_MS = 20L
private const val TOTAL_MS = 3_000L

/** What a batch came to, so that no compiler leaves it out. */
@Volatile
internal var sink: Any? = null

/** Asks [times] times, and gives back the last answer. */
internal fun interface Batch {
    fun run(times: Int): Any?
}

internal fun measure(workload: String, batch: Batch): Row {
    var times = 1_000
    // It also warms up: the compiler of the virtual machine has seen it all by then.
    val warm = System.nanoTime() + 1_000_000_000
    while (System.nanoTime() < warm) {
        val took = timed(batch, times)
        if (took < BATCH_MS * 1_000_000) times = minOf(times * 2, 1 shl 24)
    }
    val figures = ArrayList<Double>()
    val end = System.nanoTime() + TOTAL_MS * 1_000_000
    while (System.nanoTime() < end) figures += timed(batch, times).toDouble() / times
    figures.sort()
    return Row(workload, figures.first(), figures[figures.size / 2])
}

private fun timed(batch: Batch, times: Int): Long {
    val begin = System.nanoTime()
    sink = batch.run(times)
    return System.nanoTime() - begin
}

/** Megabytes of this process that lie in memory. */
internal fun resident(): Double =
    File("/proc/self/status").readLines().first { it.startsWith("VmRSS:") }
        .filter(Char::isDigit).toLong() / 1_024.0
