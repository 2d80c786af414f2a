package dev.vexil

import dev.vexil.internal.AskedStore
import dev.vexil.internal.Control
import dev.vexil.internal.Freeing
import dev.vexil.internal.HeldView
import dev.vexil.internal.Native
import dev.vexil.internal.ToldChange
import dev.vexil.internal.ToldGeneration
import dev.vexil.internal.ToldState
import dev.vexil.internal.Tree
import dev.vexil.internal.harmless
import dev.vexil.internal.translated
import dev.vexil.internal.uniffi.Subscription as NativeSubscription
import dev.vexil.internal.uniffi.VexilClient as NativeClient
import java.io.Closeable
import java.util.Collections
import java.util.concurrent.ConcurrentHashMap

/**
 * A client of one environment: it has the definitions in this process, and keeps them as new as its source does.
 *
 * ```
 * VexilClient(Source.Http("https://flags.example.com", key)).use { client ->
 *     if (client.isEnabled("checkout.v2", Context.of("user.id" to "ada"))) ...
 * }
 * ```
 *
 * It waits for the first definitions as long as [VexilOptions.startTimeoutMillis] says. A source that does not answer is no
 * error, unless the fallback is [Fallback.THROW]: [state] says so, and it is tried again. One client serves all threads.
 *
 * Closed, it asks its source no more; a read of it returns the caller's default, and its details say
 * [ErrorCode.CLOSED]. Close it when it is not needed any more: threads and listeners of it go on until then.
 */
public open class VexilClient internal constructor(
    stickyStore: StickyStore?,
    start: () -> NativeClient,
) : Flags(), Closeable {
    private val control: Control

    /** Those who listen, so that nobody takes them away as long as they do. */
    private val subscriptions: MutableSet<Subscription> = Collections.newSetFromMap(ConcurrentHashMap())

    /** Those who hear of the end, once. */
    private val closeListeners: MutableMap<Subscription, CloseListener> = ConcurrentHashMap()

    /** What was read of its views is counted before it ends. */
    internal val views: MutableSet<HeldView> = Collections.newSetFromMap(ConcurrentHashMap())

    @Volatile
    internal var isClosed: Boolean = false
        private set

    /** Whether those who hear of the end are told. */
    @Volatile
    private var hasEnded = false

    internal final override val native: Native
    internal final override val client: VexilClient get() = this

    init {
        // First: what loads the library also says where it is.
        Native.ensureLoaded()
        control = Control(translated(start))
        native = Native(control { handle() }.toLong(), this, stickyStore)
    }

    /**
     * Starts a client.
     *
     * @throws OptionsException where the options are none, or contradict each other
     * @throws NotReadyException where there are no definitions, and the fallback is [Fallback.THROW]
     */
    public constructor(options: VexilOptions) :
        this(options.stickyStore, { NativeClient.start(options.toNative(), options.stickyStore?.let(::AskedStore)) })

    /** Starts a client of a source, with all other options as they are. */
    public constructor(source: Source) : this(VexilOptions(source))

    /** How the client stands. */
    public val state: State get() = State.of(open { state() })

    /** Whether there are definitions to evaluate with, wherever they came from. */
    public val isReady: Boolean get() = !isClosed && control { isReady() }

    /** The number of what a read may come to just now: it moves whenever that does. 0 where the client is closed. */
    public val generation: Long get() = native.generation(native.handle)

    /** The name of this process in telemetry, and in contexts as `instance.id`. */
    public val instanceId: String get() = open { instanceId() }

    /**
     * Asks the source now, and waits for the answer.
     *
     * @throws SourceException where it gives none
     */
    public fun refresh(): Unit = open { forceRefresh() }

    /**
     * Puts other definitions in force, where the source is [Source.Memory].
     *
     * @throws ArgumentException where they are none: what was in force stays
     */
    public fun put(definitions: String): Unit = open { put(definitions) }

    /** Hears of every change of the state. */
    public fun addStateListener(listener: StateListener): Subscription = subscribed { onState(ToldState(listener)) }

    /**
     * Hears when a key's value is another, for [context].
     *
     * @param namespace `features`, `configs`, `experiments`, or one of runtime values
     */
    @JvmOverloads
    public fun addChangeListener(
        namespace: String,
        key: String,
        context: Context = Context.EMPTY,
        listener: ChangeListener,
    ): Subscription = subscribed { onChangeFor(namespace, key, context.json(), ToldChange(listener)) }

    /**
     * Hears that this client is closed; at once, where it is closed already. [Subscription.close] takes it back.
     */
    public fun addCloseListener(listener: CloseListener): Subscription {
        val subscription = Subscription { closeListeners.remove(it) }
        closeListeners[subscription] = listener
        // It may have been closed meanwhile, and then somebody else may have told.
        if (hasEnded) tellOfEnd(subscription)
        return subscription
    }

    /** Hears whenever what a read may come to is another: [generation]. */
    public fun addGenerationListener(listener: GenerationListener): Subscription =
        subscribed { onGeneration(ToldGeneration(listener)) }

    /** The variant that an experiment gives, with all that there is to say of it; null where the context takes no part. */
    @JvmOverloads
    public fun experiment(experiment: String, context: Context = Context.EMPTY): Assignment? =
        open { experiment(experiment, context.json())?.let(Assignment::of) }

    /**
     * This client at one moment, for one request: all reads are by what is in force now, whatever comes meanwhile.
     *
     * @param overrides what the request says itself that keys are, below kills. Whether somebody may ask for them is the
     *   program's matter
     * @param at by which moment it is evaluated, as RFC 3339 has it: `2026-01-01T00:00:00Z`; now, unless it is said
     * @throws ArgumentException where the overrides are none of JSON, or the moment is none
     */
    @JvmOverloads
    public fun pin(overrides: Map<String, Any?>? = null, at: String? = null): Pinned =
        Pinned(this, open { pinned(overrides?.let(Tree::toJson), at) })

    /**
     * Sets what a key is in this process, whatever is in force.
     *
     * @throws ArgumentException where overrides are not allowed, or the value is none of JSON
     */
    public fun setOverride(key: String, value: Any?): Unit =
        open { setOverride(key, Tree.toJson(value)) }

    /** The override of a key; null where there is none, or where it is null. */
    public fun getOverride(key: String): Any? = open { getOverride(key) }?.let(Tree::ofJson)

    /** Every override. */
    public fun overrides(): Map<String, Any?> = open { overrides() }.mapValues { Tree.ofJson(it.value) }

    /** Removes an override. */
    public fun removeOverride(key: String): Unit = open { removeOverride(key) }

    /** Removes all overrides. */
    public fun clearOverrides(): Unit = open { clearOverrides() }

    /**
     * Sets a value while the program runs: in a namespace of its own for whoever asks or listens; in `features`, `configs`
     * and `experiments` it is an override of the key, and must be allowed as such.
     */
    public fun setRuntime(namespace: String, key: String, value: Any?): Unit =
        open { setRuntime(namespace, key, Tree.toJson(value)) }

    /** The runtime value of a key; null where there is none. */
    public fun getRuntime(namespace: String, key: String): Any? =
        open { getRuntime(namespace, key) }?.let(Tree::ofJson)

    /** Every runtime value of a namespace. */
    public fun runtimeValues(namespace: String): Map<String, Any?> =
        open { runtimeValues(namespace) }.mapValues { Tree.ofJson(it.value) }

    /** Removes a runtime value. */
    public fun removeRuntime(namespace: String, key: String): Unit = open { removeRuntime(namespace, key) }

    /**
     * Registers definitions, in JSON, for keys that the source may not know yet; each stands where what is in force has no
     * such key. All of them, or none.
     *
     * @throws ArgumentException where one is wrong
     */
    public fun register(definitions: String): Unit = open { register(definitions) }

    /** Takes back what was registered for a key. */
    public fun unregister(key: String): Unit = open { unregister(key) }

    /** Every key that is registered, ascending. */
    public fun registered(): List<String> = open { registered() }

    /** Stops: nobody is asked any more, and nobody told. May be called again. */
    override fun close() {
        synchronized(subscriptions) {
            if (isClosed) return
            isClosed = true
        }
        try {
            subscriptions.toList().forEach(Subscription::close)
            views.forEach(HeldView::tell)
        } finally {
            stop()
        }
    }

    private fun stop() {
        try {
            control { stop() }
        } finally {
            hasEnded = true
            closeListeners.keys.toList().forEach(::tellOfEnd)
            Freeing.freeGone()
        }
    }

    /** Calls, unless it is closed. */
    private fun <T> open(call: NativeClient.() -> T): T = if (isClosed) throw ClosedException() else control(call)

    private fun subscribed(subscribe: NativeClient.() -> NativeSubscription): Subscription {
        val listening = open(subscribe)
        val subscription = Subscription {
            translated { listening.cancel() }
            subscriptions.remove(it)
        }
        subscriptions.add(subscription)
        // It may have been closed meanwhile.
        if (isClosed) subscription.close()
        return subscription
    }

    private fun tellOfEnd(subscription: Subscription) {
        closeListeners.remove(subscription)?.let { harmless("a listener") { it.onClose() } }
    }

    public companion object {
        /**
         * Starts a client with the options that environment variables name: `VEXIL_URL`, `VEXIL_SDK_KEY` and others
         * (`docs/clients.md`).
         *
         * @throws OptionsException where they name none
         */
        @JvmStatic
        public fun fromEnv(): VexilClient = VexilClient(null) { NativeClient.fromEnv(VexilOptions.sdk) }
    }
}

/**
 * A client at one moment: [VexilClient.pin] makes it. It holds on to the definitions of that moment until it is closed,
 * which leaves its client open.
 */
public class Pinned internal constructor(internal override val client: VexilClient, pinned: NativeClient) :
    Flags(), Closeable {
    private val control = Control(pinned)
    internal override val native: Native = Native(control { handle() }.toLong(), this)

    /** Lets go of the definitions. May be called again. */
    override fun close(): Unit = control { stop() }
}
