package dev.vexil

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.File
import java.io.PrintWriter
import java.io.StringWriter
import java.util.spi.ToolProvider

/**
 * What others may call of a module is what its file says, such as `vexil.api`: whoever changes it sees what else changes
 * with it. This test is of each module.
 */
class ApiTest {
    /** Tests run in their module's folder. */
    private val module: File = File("").absoluteFile

    @Test
    fun `the public API is what is checked in`() {
        val classes = module.resolve("target/classes")
        val files = classes.walk().filter { it.extension == "class" }
            .filter { "internal" !in it.relativeTo(classes).invariantSeparatorsPath }
            .filter { !MADE.containsMatchIn(it.name) }.map { it.path }.sorted().toList()
        assertTrue(files.isNotEmpty())
        val output = StringWriter()
        val javap = ToolProvider.findFirst("javap").orElseThrow()
        val code = javap.run(PrintWriter(output), PrintWriter(output), "-protected", *files.toTypedArray())
        assertEquals(0, code, "$output")
        val api = visible(output.toString())
        val checkedIn = module.resolve("${module.name}.api")
        if (!System.getProperty("dev.vexil.bless").isNullOrEmpty()) checkedIn.writeText(api)
        assertEquals(checkedIn.takeIf { it.exists() }?.readText(), api, "run with -Ddev.vexil.bless=1 and look at the diff")
    }

    /** Without most of what Kotlin calls internal, which is public to the virtual machine. */
    private fun visible(dump: String): String = dump.lineSequence()
        .filter { it.isNotBlank() && !it.startsWith("Compiled from") }
        .filter { line -> !INTERNAL.containsMatchIn(line) && OTHERS.none { it in line } }
        .joinToString("\n", postfix = "\n")

    private companion object {
        /** Classes that the compiler makes for its own use. */
        val MADE: Regex = Regex("[$](\\d|WhenMappings)")

        /** What lines have that are not for others to call either. */
        val OTHERS: List<String> = listOf("access$", "DefaultConstructorMarker", "dev.vexil.internal")

        /** How the compiler names members that are internal: with the module's name behind theirs. */
        val INTERNAL: Regex = Regex("[$]vexil\\w*[(]")
    }
}
