package dev.vexil

import dev.vexil.internal.translated
import dev.vexil.internal.uniffi.ClientOptions
import dev.vexil.internal.uniffi.Fallback as NativeFallback
import dev.vexil.internal.uniffi.SourceOptions
import dev.vexil.internal.uniffi.Streaming as NativeStreaming
import dev.vexil.internal.uniffi.TrustedKeyOptions
import dev.vexil.internal.uniffi.version
import java.time.Duration

/** Where definitions come from. */
public sealed class Source {
    /**
     * A control plane, asked over HTTP.
     *
     * @property url its address, such as `https://flags.example.com`
     * @property key an SDK key, of one environment; nothing here prints it
     */
    public class Http(public val url: String, public val key: String) : Source() {
        override fun toString(): String = "Http($url)"
    }

    /**
     * A file with definitions, in JSON; it is watched.
     *
     * @property path where it is
     */
    public class File(public val path: String) : Source() {
        override fun toString(): String = "File($path)"
    }

    /**
     * The definitions themselves; [VexilClient.put] puts others in force.
     *
     * @property definitions a bundle, a list, or one definition, in JSON
     */
    public class Memory(public val definitions: String) : Source() {
        override fun toString(): String = "Memory"
    }
}

/** How a control plane tells of changes. */
public enum class Streaming {
    /** It is asked every now and then. */
    OFF,

    /** Server-sent events; asked every now and then while they are away. */
    EVENTS,

    /** A WebSocket, for proxies that want it; likewise. */
    WEB_SOCKET,
}

/** What a read comes to without definitions. */
public enum class Fallback {
    /** The last known good, and without one the caller's default. */
    CACHE,

    /** The caller's default; nothing is read from disk. */
    DEFAULT,

    /** As [CACHE]; a client that finds none, nor an answer in time, is not made but throws [NotReadyException]. */
    THROW,
}

/**
 * What a client takes; times are in milliseconds. What is null is as the native library has it (`docs/clients.md`).
 *
 * @property source where definitions come from
 * @property environment the environment. A control plane knows it by the key; another one than this is refused
 * @property bootstrap definitions to begin with, in JSON, until the source has answered
 * @property pollingIntervalMillis how often the source is asked. 60,000
 * @property streaming how a control plane tells of changes. [Streaming.EVENTS]
 * @property silenceMillis a stream from which nothing has come for so long is dead. 45,000
 * @property requestTimeoutMillis how long one request may take. 10,000
 * @property startTimeoutMillis how long the start waits for the first definitions; it goes on without them. 5,000
 * @property cacheFolder where the last known good is kept; nowhere, unless you say where
 * @property cacheMaxAgeMillis a last known good that is older is not taken; none is too old, unless you say so
 * @property retryAttempts so many failures in a row make the connection's status an error. 3
 * @property retryBaseMillis the bound of the first wait before another try. 1,000
 * @property retryMaxMillis the bound of all waits. 30,000
 * @property fallback what a read comes to without definitions. [Fallback.CACHE]
 * @property offline asks nobody: what is in the bootstrap and the cache is all there is
 * @property threadless starts no thread: a read that finds the polling interval over refreshes first
 * @property trustedKeys the keys that snapshots must be signed with, by id: 32 bytes of Ed25519 in base64url. Without any,
 *   those that the control plane publishes
 * @property certificates who vouches for the control plane by TLS, in place of the public authorities: PEM
 * @property allowOverrides whether overrides may be set: where the source is no control plane, unless you say otherwise
 * @property stickyStore where it is remembered which variants units were given in experiments that are `sticky`
 * @property stickyFile the same in a file, in the place of a store of your own
 * @property stickyCapacity for how many of them there is room in that file. 100,000
 * @property telemetry whether the control plane is told what entries were evaluated to, how often, and which version is
 *   applied. True
 * @property telemetryIntervalMillis how often it is told, a tenth more or less. 30,000
 * @property telemetryExposures whether it is told which units met which variant of an experiment: the id, and nothing else
 *   of a context. True
 * @property instanceId `instance.id` in contexts, and this process's name in telemetry; a random one, unless you say which
 * @property serviceName `service.name` in contexts
 * @property appVersion `app.version` in contexts
 */
public class VexilOptions(
    public val source: Source,
    public val environment: String? = null,
    public val bootstrap: String? = null,
    public val pollingIntervalMillis: Long? = null,
    public val streaming: Streaming? = null,
    public val silenceMillis: Long? = null,
    public val requestTimeoutMillis: Long? = null,
    public val startTimeoutMillis: Long? = null,
    public val cacheFolder: String? = null,
    public val cacheMaxAgeMillis: Long? = null,
    public val retryAttempts: Int? = null,
    public val retryBaseMillis: Long? = null,
    public val retryMaxMillis: Long? = null,
    public val fallback: Fallback? = null,
    public val offline: Boolean = false,
    public val threadless: Boolean = false,
    public val trustedKeys: Map<String, String> = emptyMap(),
    public val certificates: String? = null,
    public val allowOverrides: Boolean? = null,
    public val stickyStore: StickyStore? = null,
    public val stickyFile: String? = null,
    public val stickyCapacity: Int? = null,
    public val telemetry: Boolean? = null,
    public val telemetryIntervalMillis: Long? = null,
    public val telemetryExposures: Boolean? = null,
    public val instanceId: String? = null,
    public val serviceName: String? = null,
    public val appVersion: String? = null,
) {
    /** A source and nothing else, for Java. */
    public constructor(source: Source) : this(source, environment = null)

    internal fun toNative(): ClientOptions = ClientOptions(
        source = when (source) {
            is Source.Http -> SourceOptions.Http(source.url, source.key)
            is Source.File -> SourceOptions.File(source.path)
            is Source.Memory -> SourceOptions.Memory(source.definitions)
        },
        environment = environment,
        bootstrap = bootstrap,
        pollingIntervalMs = time("pollingIntervalMillis", pollingIntervalMillis),
        streaming = streaming?.let { NativeStreaming.valueOf(it.name) },
        silenceMs = time("silenceMillis", silenceMillis),
        requestTimeoutMs = time("requestTimeoutMillis", requestTimeoutMillis),
        startTimeoutMs = time("startTimeoutMillis", startTimeoutMillis),
        cacheFolder = cacheFolder,
        cacheMaxAgeMs = time("cacheMaxAgeMillis", cacheMaxAgeMillis),
        retryAttempts = count("retryAttempts", retryAttempts),
        retryBaseMs = time("retryBaseMillis", retryBaseMillis),
        retryMaxMs = time("retryMaxMillis", retryMaxMillis),
        fallback = fallback?.let { NativeFallback.valueOf(it.name) },
        offline = offline,
        threadless = threadless,
        trustedKeys = trustedKeys.map { (id, public) -> TrustedKeyOptions(id, public) },
        certificates = certificates,
        allowOverrides = allowOverrides,
        stickyFile = stickyFile,
        stickyCapacity = count("stickyCapacity", stickyCapacity),
        telemetry = telemetry,
        telemetryIntervalMs = time("telemetryIntervalMillis", telemetryIntervalMillis),
        telemetryExposures = telemetryExposures,
        sdk = sdk,
        instanceId = instanceId,
        serviceName = serviceName,
        appVersion = appVersion,
    )

    private fun time(name: String, milliseconds: Long?): ULong? = milliseconds?.let {
        if (it < 0) throw OptionsException("`$name` is a number of milliseconds, not $it")
        it.toULong()
    }

    private fun count(name: String, count: Int?): UInt? = count?.let {
        if (it < 0) throw OptionsException("`$name` is a count, not $it")
        it.toUInt()
    }

    /**
     * Makes options step by step, for Java; what is not said is as in the constructor.
     *
     * Lengths of time are [Duration]s, in whole milliseconds. Android has them from level 26 on, and before with desugaring.
     */
    public class Builder internal constructor(private val source: Source) {
        private var environment: String? = null
        private var bootstrap: String? = null
        private var pollingIntervalMillis: Long? = null
        private var streaming: Streaming? = null
        private var silenceMillis: Long? = null
        private var requestTimeoutMillis: Long? = null
        private var startTimeoutMillis: Long? = null
        private var cacheFolder: String? = null
        private var cacheMaxAgeMillis: Long? = null
        private var retryAttempts: Int? = null
        private var retryBaseMillis: Long? = null
        private var retryMaxMillis: Long? = null
        private var fallback: Fallback? = null
        private var offline: Boolean = false
        private var threadless: Boolean = false
        private var trustedKeys: Map<String, String> = emptyMap()
        private var certificates: String? = null
        private var allowOverrides: Boolean? = null
        private var stickyStore: StickyStore? = null
        private var stickyFile: String? = null
        private var stickyCapacity: Int? = null
        private var telemetry: Boolean? = null
        private var telemetryIntervalMillis: Long? = null
        private var telemetryExposures: Boolean? = null
        private var instanceId: String? = null
        private var serviceName: String? = null
        private var appVersion: String? = null

        /** [VexilOptions.environment]. */
        public fun environment(environment: String): Builder = apply { this.environment = environment }

        /** [VexilOptions.bootstrap]. */
        public fun bootstrap(bootstrap: String): Builder = apply { this.bootstrap = bootstrap }

        /** [VexilOptions.pollingIntervalMillis]. */
        public fun pollingInterval(interval: Duration): Builder = apply { pollingIntervalMillis = interval.toMillis() }

        /** [VexilOptions.streaming]. */
        public fun streaming(streaming: Streaming): Builder = apply { this.streaming = streaming }

        /** [VexilOptions.silenceMillis]. */
        public fun silence(silence: Duration): Builder = apply { silenceMillis = silence.toMillis() }

        /** [VexilOptions.requestTimeoutMillis]. */
        public fun requestTimeout(timeout: Duration): Builder = apply { requestTimeoutMillis = timeout.toMillis() }

        /** [VexilOptions.startTimeoutMillis]. */
        public fun startTimeout(timeout: Duration): Builder = apply { startTimeoutMillis = timeout.toMillis() }

        /** [VexilOptions.cacheFolder]. */
        public fun cacheFolder(cacheFolder: String): Builder = apply { this.cacheFolder = cacheFolder }

        /** [VexilOptions.cacheMaxAgeMillis]. */
        public fun cacheMaxAge(cacheMaxAge: Duration): Builder = apply { cacheMaxAgeMillis = cacheMaxAge.toMillis() }

        /** [VexilOptions.retryAttempts]. */
        public fun retryAttempts(retryAttempts: Int): Builder = apply { this.retryAttempts = retryAttempts }

        /** [VexilOptions.retryBaseMillis]. */
        public fun retryBase(retryBase: Duration): Builder = apply { retryBaseMillis = retryBase.toMillis() }

        /** [VexilOptions.retryMaxMillis]. */
        public fun retryMax(retryMax: Duration): Builder = apply { retryMaxMillis = retryMax.toMillis() }

        /** [VexilOptions.fallback]. */
        public fun fallback(fallback: Fallback): Builder = apply { this.fallback = fallback }

        /** [VexilOptions.offline]. */
        public fun offline(offline: Boolean): Builder = apply { this.offline = offline }

        /** [VexilOptions.threadless]. */
        public fun threadless(threadless: Boolean): Builder = apply { this.threadless = threadless }

        /** [VexilOptions.trustedKeys]. */
        public fun trustedKeys(trustedKeys: Map<String, String>): Builder = apply { this.trustedKeys = trustedKeys }

        /** [VexilOptions.certificates]. */
        public fun certificates(certificates: String): Builder = apply { this.certificates = certificates }

        /** [VexilOptions.allowOverrides]. */
        public fun allowOverrides(allowOverrides: Boolean): Builder = apply { this.allowOverrides = allowOverrides }

        /** [VexilOptions.stickyStore]. */
        public fun stickyStore(stickyStore: StickyStore): Builder = apply { this.stickyStore = stickyStore }

        /** [VexilOptions.stickyFile]. */
        public fun stickyFile(stickyFile: String): Builder = apply { this.stickyFile = stickyFile }

        /** [VexilOptions.stickyCapacity]. */
        public fun stickyCapacity(stickyCapacity: Int): Builder = apply { this.stickyCapacity = stickyCapacity }

        /** [VexilOptions.telemetry]. */
        public fun telemetry(telemetry: Boolean): Builder = apply { this.telemetry = telemetry }

        /** [VexilOptions.telemetryIntervalMillis]. */
        public fun telemetryInterval(interval: Duration): Builder = apply { telemetryIntervalMillis = interval.toMillis() }

        /** [VexilOptions.telemetryExposures]. */
        public fun telemetryExposures(exposures: Boolean): Builder = apply { telemetryExposures = exposures }

        /** [VexilOptions.instanceId]. */
        public fun instanceId(instanceId: String): Builder = apply { this.instanceId = instanceId }

        /** [VexilOptions.serviceName]. */
        public fun serviceName(serviceName: String): Builder = apply { this.serviceName = serviceName }

        /** [VexilOptions.appVersion]. */
        public fun appVersion(appVersion: String): Builder = apply { this.appVersion = appVersion }

        /** The options. Whether they go together is looked at when a client starts. */
        public fun build(): VexilOptions = VexilOptions(
            source,
            environment = environment,
            bootstrap = bootstrap,
            pollingIntervalMillis = pollingIntervalMillis,
            streaming = streaming,
            silenceMillis = silenceMillis,
            requestTimeoutMillis = requestTimeoutMillis,
            startTimeoutMillis = startTimeoutMillis,
            cacheFolder = cacheFolder,
            cacheMaxAgeMillis = cacheMaxAgeMillis,
            retryAttempts = retryAttempts,
            retryBaseMillis = retryBaseMillis,
            retryMaxMillis = retryMaxMillis,
            fallback = fallback,
            offline = offline,
            threadless = threadless,
            trustedKeys = trustedKeys,
            certificates = certificates,
            allowOverrides = allowOverrides,
            stickyStore = stickyStore,
            stickyFile = stickyFile,
            stickyCapacity = stickyCapacity,
            telemetry = telemetry,
            telemetryIntervalMillis = telemetryIntervalMillis,
            telemetryExposures = telemetryExposures,
            instanceId = instanceId,
            serviceName = serviceName,
            appVersion = appVersion,
        )
    }

    public companion object {
        /** Options of a source, to be built. */
        @JvmStatic
        public fun builder(source: Source): Builder = Builder(source)

        /** What this package is called in telemetry. */
        internal val sdk: String get() = "vexil-kotlin/${translated { version() }}"
    }
}
