package dev.vexil.internal

import com.sun.jna.Callback
import com.sun.jna.Library
import com.sun.jna.Structure
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.lang.reflect.Modifier
import java.util.zip.ZipFile

/** The jar as it is shipped: a program with it and what it depends on reads a flag. */
class JarIT {
    private val jar = File(System.getProperty("dev.vexil.jar"))

    @BeforeEach
    fun `it has a library`() {
        val hasOne = ZipFile(jar).use { zip ->
            zip.entries().asSequence().any { it.name.startsWith("native/") && !it.isDirectory }
        }
        if (System.getenv("CI").isNullOrEmpty()) assumeTrue(hasOne, "the jar was packed without -Ddev.vexil.natives")
        assertTrue(hasOne)
    }

    @Test
    fun `its library is loaded from the temporary folder, and is gone again`(@TempDir folder: File) {
        assertEquals("true", said(program("-Djava.io.tmpdir=$folder")))
        assertEquals(emptyList<String>(), folder.walk().filter { it.isFile && "vexil" in it.name }.map { it.path }.toList())
    }

    @Test
    fun `where the temporary folder executes nothing, another one is named`(@TempDir folder: File) {
        val forbidding = folder.resolve("forbidding").apply { mkdir() }
        val place = folder.resolve("place")
        val refused = said(mounted(forbidding, program("-Djava.io.tmpdir=$forbidding")))
        if (System.getenv("CI").isNullOrEmpty()) assumeTrue(REFUSAL !in refused, "no folder can be mounted here: $refused")
        assertTrue("-Ddev.vexil.library.folder=<folder>" in refused, refused)
        val options = arrayOf("-Djava.io.tmpdir=$forbidding", "-Ddev.vexil.library.folder=$place")
        assertEquals("true", said(mounted(forbidding, program(*options))))
        // JNA leaves its own, which it takes away when it begins the next time.
        assertTrue(place.list()!!.none { it.startsWith("vexil") })
    }

    @Test
    fun `shrinkers are told of all that is looked up by its name`() {
        val rules = ZipFile(jar).use { zip ->
            val texts = listOf("META-INF/com.android.tools/r8/vexil.pro", "META-INF/proguard/vexil.pro").map { name ->
                zip.getInputStream(zip.getEntry(name)).bufferedReader().readText()
            }
            texts.distinct().single()
        }
        val kept = Regex("-keep class (\\S+) [{] [*]; [}]").findAll(rules).map { it.groupValues[1] }.toList()
        val (all, some) = kept.partition { it.endsWith(".**") }
        val classes = ZipFile(jar).use { zip ->
            zip.entries().asSequence().map { it.name }.filter { it.endsWith(".class") && !it.startsWith("META-INF") }
                .map { Class.forName(it.removeSuffix(".class").replace('/', '.'), false, javaClass.classLoader) }.toList()
        }
        val sought = classes.filter { type ->
            type.declaredMethods.any { Modifier.isNative(it.modifiers) } ||
                FOR_JNA.any { it.isAssignableFrom(type) }
        }
        assertTrue(sought.size > 1)
        val forgotten = sought.map { it.name }
            .filter { name -> name !in some && all.none { name.startsWith(it.removeSuffix("**")) } }
        assertEquals(emptyList<String>(), forgotten)
    }

    /** A program of its own: what it depends on, the jar, and the one class that asks. */
    private fun program(vararg options: String): List<String> {
        val java = File(System.getProperty("java.home")).resolve("bin/java").path
        val classes = System.getProperty("java.class.path").split(File.pathSeparator)
            .filter { !it.endsWith("target/classes") && !it.endsWith(jar.name) }
        val all = (listOf(jar.path) + classes).joinToString(File.pathSeparator)
        return listOf(java, "-cp", all, *options, "dev.vexil.internal.StartedKt")
    }

    /** [command], where nothing in [folder] may be executed: it is mounted so for this command alone. */
    private fun mounted(folder: File, command: List<String>): List<String> {
        val script = """mount -t tmpfs -o noexec tmpfs "$0" || { echo $REFUSAL; exit 1; }; exec "$@""""
        return listOf("unshare", "--mount", "--map-root-user", "sh", "-c", script, folder.path) + command
    }

    private fun said(command: List<String>): String {
        val process = ProcessBuilder(command).redirectErrorStream(true).start()
        return process.inputStream.bufferedReader().readText().trim().also { process.waitFor() }
    }

    private companion object {
        /** What JNA reads by reflection. */
        val FOR_JNA: List<Class<*>> = listOf(Structure::class.java, Callback::class.java, Library::class.java)

        const val REFUSAL: String = "it cannot be mounted"
    }
}
