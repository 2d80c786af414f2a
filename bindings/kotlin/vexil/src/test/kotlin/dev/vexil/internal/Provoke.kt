package dev.vexil.internal

/** Functions of the native library that fail on purpose. They are in no library that is shipped. */
internal object Provoke {
    init {
        Native.ensureLoaded()
    }

    @JvmStatic external fun error(code: Int): ByteArray

    @JvmStatic external fun panic(): ByteArray

    @JvmStatic external fun panicInNext()

    @JvmStatic external fun badText(): ByteArray
}
