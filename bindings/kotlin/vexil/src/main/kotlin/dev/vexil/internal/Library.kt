package dev.vexil.internal

import dev.vexil.internal.uniffi.version
import java.io.File
import java.io.IOException

/** The one native library: found, and given to the virtual machine and to JNA alike. */
internal object Library {
    private const val PATH = "dev.vexil.library.path"
    private const val FOLDER = "dev.vexil.library.folder"

    /** What uniffi asks JNA for. */
    private const val FOR_UNIFFI = "uniffi.component.vexil.libraryOverride"
    private const val FOLDER_OF_JNA = "jna.tmpdir"
    private const val NAME = "vexil_jvm"

    fun load() {
        val given = System.getProperty(PATH)
        when {
            !given.isNullOrEmpty() -> load(File(given).absoluteFile)
            // The system has unpacked it when the app was installed.
            isAndroid -> System.loadLibrary(NAME)
            else -> unpacked { load(it) }
        }
    }

    private fun load(file: File) {
        System.load(file.path)
        System.setProperty(FOR_UNIFFI, file.path)
        // Now, while the file is there.
        version()
    }

    /** Unpacks the library, and takes the file away again as soon as the system allows it. */
    private fun unpacked(load: (File) -> Unit) {
        val resource = "native/$platform/${System.mapLibraryName(NAME)}"
        val packed = Library::class.java.classLoader?.getResourceAsStream(resource)
            ?: throw UnsatisfiedLinkError(
                "vexil has no native library for $platform in its jar: build it, and set -D$PATH=<file>",
            )
        val folder = System.getProperty(FOLDER)?.takeIf { it.isNotEmpty() }?.let(::File)
        val file = try {
            folder?.mkdirs()
            // JNA unpacks a library of its own, and may not execute it elsewhere either.
            if (folder != null && System.getProperty(FOLDER_OF_JNA) == null) System.setProperty(FOLDER_OF_JNA, folder.path)
            File.createTempFile("vexil-", "-${System.mapLibraryName(NAME)}", folder).also { file ->
                packed.use { from -> file.outputStream().use { from.copyTo(it) } }
            }
        } catch (error: IOException) {
            throw UnsatisfiedLinkError("vexil's native library cannot be unpacked: set -D$FOLDER=<folder>: $error")
        }
        try {
            load(file)
        } catch (error: UnsatisfiedLinkError) {
            throw UnsatisfiedLinkError("${error.message}: where $file may not be executed, set -D$FOLDER=<folder>")
        } finally {
            if (!file.delete()) file.deleteOnExit()
        }
    }

    private val isAndroid: Boolean
        get() = System.getProperty("java.vm.name") == "Dalvik"

    private val platform: String
        get() {
            val system = System.getProperty("os.name").orEmpty().lowercase()
            val machine = System.getProperty("os.arch").orEmpty().lowercase()
            val os = when {
                system.startsWith("mac") -> "macos"
                system.startsWith("windows") -> "windows"
                else -> system
            }
            val arch = when (machine) {
                "amd64", "x86_64" -> "x86_64"
                "arm64", "aarch64" -> "aarch64"
                else -> machine
            }
            return "$os-$arch"
        }
}
