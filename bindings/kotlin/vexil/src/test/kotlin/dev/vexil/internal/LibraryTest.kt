package dev.vexil.internal

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.io.File

/** Where the native library comes from: each in a process of its own, for one loads it once. */
class LibraryTest {
    @Test
    fun `it is unpacked from the jar, and leaves nothing behind`(@TempDir packed: File, @TempDir folder: File) {
        val name = System.mapLibraryName("vexil_jvm")
        val library = File(System.getProperty("dev.vexil.library.path"))
        val machine = System.getProperty("os.arch").replace("amd64", "x86_64")
        val resource = packed.resolve("native/linux-$machine/$name").apply { parentFile.mkdirs() }
        library.copyTo(resource)
        val place = folder.resolve("of/its/own")
        assertEquals("true", started(packed, "-Ddev.vexil.library.folder=$place"))
        assertEquals(emptyList<String>(), place.list()!!.toList())
    }

    @Test
    fun `without one it says what to do`(@TempDir nothing: File) {
        // There may be one among the classes, but none for such a machine.
        val told = started(nothing, "-Dos.arch=of-nobody")
        assertTrue("-Ddev.vexil.library.path=<file>" in told, told)
        val missing = started(nothing, "-Ddev.vexil.library.path=$nothing/no-such.so")
        assertTrue("UnsatisfiedLinkError" in missing, missing)
    }

    private fun started(resources: File, vararg options: String): String {
        val java = File(System.getProperty("java.home")).resolve("bin/java").path
        val classes = "$resources${File.pathSeparator}${System.getProperty("java.class.path")}"
        val command = listOf(java, "-cp", classes, *options, "dev.vexil.internal.StartedKt")
        val process = ProcessBuilder(command).redirectErrorStream(true).start()
        val output = process.inputStream.bufferedReader().readText().trim()
        process.waitFor()
        return output
    }
}
