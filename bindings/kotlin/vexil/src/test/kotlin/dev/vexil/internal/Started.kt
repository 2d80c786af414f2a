package dev.vexil.internal

import dev.vexil.testing.TestClient

/** What a process of its own does: it reads a flag. */
fun main() {
    TestClient("on" to true).use { println(it.isEnabled("on")) }
}
