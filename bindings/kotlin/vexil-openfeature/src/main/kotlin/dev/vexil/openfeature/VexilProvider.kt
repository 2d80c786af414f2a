package dev.vexil.openfeature

import dev.openfeature.sdk.EvaluationContext
import dev.openfeature.sdk.EventProvider
import dev.openfeature.sdk.Hook
import dev.openfeature.sdk.ImmutableMetadata
import dev.openfeature.sdk.Metadata
import dev.openfeature.sdk.ProviderEvaluation
import dev.openfeature.sdk.Value
import dev.openfeature.sdk.exceptions.FatalError
import dev.openfeature.sdk.exceptions.ProviderNotReadyError
import dev.vexil.Details
import dev.vexil.ErrorCode
import dev.vexil.OptionsException
import dev.vexil.VexilClient
import dev.vexil.VexilException
import dev.vexil.VexilOptions
import dev.vexil.openfeature.internal.Told
import dev.vexil.openfeature.internal.unready
import java.time.Instant
import dev.openfeature.sdk.ErrorCode as OpenFeatureErrorCode

/**
 * A provider for OpenFeature's SDK, which evaluates with a [VexilClient].
 *
 * ```
 * OpenFeatureAPI.getInstance().setProviderAndWait(VexilProvider(VexilOptions(Source.Http(url, key))))
 * ```
 *
 * A targeting key is the user's id. Reasons and error codes are OpenFeature's; the metadata of an evaluation has Vexil's
 * own. The provider is stale while what it evaluates with may not be the newest, and ready when it is again; it tells when
 * other definitions or overrides are in force, and is in error as long as it has nothing to evaluate with: fatally where
 * trying again does not help. Tracking has no effect.
 */
public class VexilProvider private constructor(
    private val given: VexilClient?,
    private val options: VexilOptions?,
    private val hooks: List<Hook<*>>,
) : EventProvider() {
    /** Starts a client when OpenFeature initializes it, and closes it when OpenFeature shuts it down. */
    @JvmOverloads
    public constructor(options: VexilOptions, hooks: List<Hook<*>> = emptyList()) : this(null, options, hooks)

    /** Evaluates with a client of yours, which stays open. */
    @JvmOverloads
    public constructor(client: VexilClient, hooks: List<Hook<*>> = emptyList()) : this(client, null, hooks)

    private var told: Told? = null

    /** The client that it evaluates with; null before it is initialized, where it has options. */
    @Volatile
    public var client: VexilClient? = given
        private set

    override fun getMetadata(): Metadata = Metadata { "vexil" }

    @Suppress("UNCHECKED_CAST")
    override fun getProviderHooks(): List<Hook<Any>> = hooks as List<Hook<Any>>

    /**
     * Starts the client, and waits for definitions as long as its options say.
     *
     * @throws ProviderNotReadyError where there are none; it goes on trying, and is ready when they come
     * @throws FatalError where that is hopeless
     */
    @Synchronized
    override fun initialize(evaluationContext: EvaluationContext?) {
        val client = client ?: started().also { client = it }
        val state = (told ?: Told(client, this).also { told = it }).begin()
        if (!state.isInitialized) throw unready(state)
    }

    private fun started(): VexilClient = try {
        VexilClient(options ?: throw OptionsException("the provider has no options"))
    } catch (error: OptionsException) {
        throw FatalError(error.message, error)
    } catch (error: VexilException) {
        throw ProviderNotReadyError(error.message, error)
    }

    /** Closes the client, unless it is yours. It may be initialized again. */
    @Synchronized
    override fun shutdown() {
        told?.end()
        told = null
        if (given == null) {
            client?.close()
            client = null
        }
    }

    override fun getBooleanEvaluation(
        key: String,
        defaultValue: Boolean,
        context: EvaluationContext?,
    ): ProviderEvaluation<Boolean> = ready().getBooleanDetails(key, attributes(context), defaultValue).let {
        resolved(it, it.value)
    }

    override fun getStringEvaluation(
        key: String,
        defaultValue: String?,
        context: EvaluationContext?,
    ): ProviderEvaluation<String> = ready().getStringDetails(key, attributes(context)).let {
        resolved(it, if (it.errorCode == null) it.value else defaultValue)
    }

    /** An integer that has no room in OpenFeature's 32 bits is of another type. */
    override fun getIntegerEvaluation(
        key: String,
        defaultValue: Int?,
        context: EvaluationContext?,
    ): ProviderEvaluation<Int> {
        val details = ready().getLongDetails(key, attributes(context))
        if (details.errorCode != null) return resolved(details, defaultValue)
        if (details.value in Int.MIN_VALUE..Int.MAX_VALUE) return resolved(details, details.value.toInt())
        return resolved(details, defaultValue).apply {
            variant = null
            reason = "ERROR"
            errorCode = OpenFeatureErrorCode.TYPE_MISMATCH
            errorMessage = "the integer has more than 32 bits"
        }
    }

    override fun getDoubleEvaluation(
        key: String,
        defaultValue: Double?,
        context: EvaluationContext?,
    ): ProviderEvaluation<Double> = ready().getDoubleDetails(key, attributes(context)).let {
        resolved(it, if (it.errorCode == null) it.value else defaultValue)
    }

    override fun getObjectEvaluation(
        key: String,
        defaultValue: Value?,
        context: EvaluationContext?,
    ): ProviderEvaluation<Value> = ready().getJsonDetails(key, attributes(context)).let {
        resolved(it, if (it.errorCode == null) valueOf(it.value) else defaultValue)
    }

    private fun ready(): VexilClient =
        client ?: throw ProviderNotReadyError("the provider is not initialized, or was shut down")

    private fun attributes(context: EvaluationContext?): Map<String, Any?> =
        context?.asObjectMap().orEmpty().mapValues { plain(it.value) }

    /** OpenFeature's contexts may hold moments, Vexil's have them as text. */
    private fun plain(value: Any?): Any? = when (value) {
        is Instant -> value.toString()
        is Map<*, *> -> value.mapValues { plain(it.value) }
        is List<*> -> value.map(::plain)
        else -> value
    }

    /** Integers that have no room in OpenFeature's are the nearest floats. */
    private fun valueOf(json: Any?): Value = Value.objectToValue(numbered(json))

    private fun numbered(json: Any?): Any? = when (json) {
        is Long -> if (json in Int.MIN_VALUE..Int.MAX_VALUE) json.toInt() else json.toDouble()
        is Map<*, *> -> json.mapValues { numbered(it.value) }
        is List<*> -> json.map { Value.objectToValue(numbered(it)) }
        else -> json
    }

    private fun <T> resolved(details: Details<*>, value: T?): ProviderEvaluation<T> {
        val metadata = ImmutableMetadata.builder()
            .addLong("version", details.version)
            .addString("origin", details.origin)
            .addString("reason", details.reason.name)
        details.scope?.let { metadata.addString("scope", it) }
        details.rule?.let { metadata.addString("rule", it) }
        details.experiment?.let { metadata.addString("experiment", it) }
        details.staleMillis?.let { metadata.addLong("staleMillis", it) }
        return ProviderEvaluation<T>(
            value,
            details.variation,
            details.openFeatureReason,
            details.errorCode?.let(::codeOf),
            details.errorMessage,
            metadata.build(),
        )
    }

    private fun codeOf(code: ErrorCode): OpenFeatureErrorCode = when (code) {
        ErrorCode.FLAG_NOT_FOUND -> OpenFeatureErrorCode.FLAG_NOT_FOUND
        ErrorCode.TYPE_MISMATCH -> OpenFeatureErrorCode.TYPE_MISMATCH
        ErrorCode.PARSE_ERROR -> OpenFeatureErrorCode.PARSE_ERROR
        ErrorCode.INVALID_CONTEXT -> OpenFeatureErrorCode.INVALID_CONTEXT
        ErrorCode.PROVIDER_NOT_READY, ErrorCode.CLOSED -> OpenFeatureErrorCode.PROVIDER_NOT_READY
        else -> OpenFeatureErrorCode.GENERAL
    }
}
