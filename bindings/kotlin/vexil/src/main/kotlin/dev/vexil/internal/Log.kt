package dev.vexil.internal

import dev.vexil.VexilException
import java.util.concurrent.atomic.AtomicBoolean
import java.util.logging.Level
import java.util.logging.Logger

/** What there is to log: never a value of a context, nor a key of an SDK. */
internal object Log {
    private val logger = Logger.getLogger("dev.vexil")
    private val toldOfContexts = AtomicBoolean()

    fun failed(what: String, error: Throwable) = logger.log(Level.WARNING, "$what failed", error)

    /** Once: a program that asks so does it with every request. */
    fun invalidContext(error: VexilException) {
        if (toldOfContexts.compareAndSet(false, true)) {
            logger.log(Level.WARNING, "a context is none, and reads with it return their defaults: ${error.message}")
        }
    }
}
