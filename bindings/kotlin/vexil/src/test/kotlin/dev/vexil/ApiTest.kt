package dev.vexil

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.File
import java.io.PrintWriter
import java.io.StringWriter
import java.util.spi.ToolProvider

/** What others may call is what `vexil.api` says: whoever changes it sees what else changes with it. */
class ApiTest {
    @Test
    fun `the public API is what is checked in`() {
        val classes = File(VexilClient::class.java.protectionDomain.codeSource.location.toURI())
        val files = classes.walk().filter { it.extension == "class" }
            .filter { "internal" !in it.relativeTo(classes).invariantSeparatorsPath }
            .filter { !Regex("""\$\d""").containsMatchIn(it.name) }.map { it.path }.sorted().toList()
        assertTrue(files.isNotEmpty())
        val output = StringWriter()
        val javap = ToolProvider.findFirst("javap").orElseThrow()
        val code = javap.run(PrintWriter(output), PrintWriter(output), "-protected", *files.toTypedArray())
        assertEquals(0, code, "$output")
        val api = visible(output.toString())
        val checkedIn = File("vexil.api")
        if (!System.getProperty("dev.vexil.bless").isNullOrEmpty()) checkedIn.writeText(api)
        assertEquals(checkedIn.takeIf { it.exists() }?.readText(), api, "run with -Ddev.vexil.bless=1 and look at the diff")
    }

    /** Without most of what Kotlin calls internal, which is public to the virtual machine. */
    private fun visible(dump: String): String = dump.lineSequence()
        .filter { it.isNotBlank() && !it.startsWith("Compiled from") }
        .filter { "\$vexil(" !in it && "DefaultConstructorMarker" !in it && "dev.vexil.internal" !in it }
        .joinToString("\n", postfix = "\n")
}
