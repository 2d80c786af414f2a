package dev.vexil

import dev.vexil.internal.Tree
import dev.vexil.internal.TreeReader

/** Why a value is what it is. */
public enum class Reason {
    /** Nothing more specific decided: the service, the environment, or the default. */
    DEFAULT,

    /** A session, user or tenant has a value of its own, or a rule applied. */
    TARGETING,

    /** A rollout by percentages. */
    ROLLOUT,

    /** An experiment. */
    EXPERIMENT,

    /** An override: of this process, or of the request. */
    OVERRIDE,

    /** It is killed, not for this environment, or not for this role. */
    DISABLED,

    /** Its expiry has come. */
    EXPIRED,

    /** A flag that it needs is not as it needs it. */
    PREREQUISITE_FAILED,

    /** An experiment that is not running. */
    NOT_RUNNING,

    /** An experiment whose unit the context does not name. */
    NO_UNIT,

    /** An experiment whose audience the context is not in. */
    NOT_IN_AUDIENCE,

    /** An experiment from which the unit is held out. */
    HELD_OUT,

    /** An experiment whose layer gives the unit to another one. */
    EXCLUDED_BY_LAYER,

    /** An experiment in whose traffic the unit is not. */
    NOT_IN_TRAFFIC,

    /** Something went wrong: [Details.errorCode] says what. */
    ERROR,
}

/**
 * A value with all that there is to say of it.
 *
 * @property value the value; the caller's default where there is none
 * @property variation the id of the variation or variant, if the value is one
 * @property reason why
 * @property openFeatureReason the same in OpenFeature's words
 * @property errorCode what went wrong, if something did
 * @property errorMessage what exactly, for a person
 * @property scope the scope whose value it is: `user`, `tenant`, ...
 * @property rule the rule that decided: its id, else its position
 * @property experiment the experiment that took part
 * @property bucket where the unit fell, from 0 to 99,999, if lots were drawn
 * @property isOverdue whether its expiry has come, and it is served all the same
 * @property version the version of the definitions; 0 where there are none
 * @property origin where they came from: `none`, `bootstrap`, `cache`, `file`, `memory`, `remote`, `registered`
 * @property staleMillis how long nobody has said that they are the newest; null while somebody does
 */
public class Details<out T> internal constructor(
    public val value: T,
    public val variation: String?,
    public val reason: Reason,
    public val openFeatureReason: String,
    public val errorCode: ErrorCode?,
    public val errorMessage: String?,
    public val scope: String?,
    public val rule: String?,
    public val experiment: String?,
    public val bucket: Int?,
    public val isOverdue: Boolean,
    public val version: Long,
    public val origin: String,
    public val staleMillis: Long?,
) {
    override fun toString(): String = listOf(
        "value" to value,
        "variation" to variation,
        "reason" to reason,
        "errorCode" to errorCode,
        "errorMessage" to errorMessage,
        "scope" to scope,
        "rule" to rule,
        "experiment" to experiment,
        "bucket" to bucket,
        "version" to version,
        "origin" to origin,
        "staleMillis" to staleMillis,
    ).filter { (name, value) -> name == "value" || value != null }
        .joinToString(", ", "Details(", ")") { (name, value) -> "$name=$value" }

    internal companion object {
        /** What the native library answered: an evaluation, or why there is none. */
        internal fun <T> answered(bytes: ByteArray, default: T): Details<T> {
            val answer = try {
                Tree.answer(bytes)
            } catch (error: VexilException) {
                return failed(error, default)
            }
            return read(answer, default)
        }

        /** What the native library says. */
        @Suppress("UNCHECKED_CAST")
        fun <T> read(answer: TreeReader, default: T): Details<T> {
            val error = answer.int()
            val has = answer.byte() != 0
            val value = if (has) answer.value() as T else default
            val variation = answer.optionalText()
            val reason = Reason.valueOf(answer.text())
            val openFeatureReason = answer.text()
            val message = answer.optionalText()
            return Details(
                value = value,
                variation = variation,
                reason = reason,
                openFeatureReason = openFeatureReason,
                errorCode = if (error == 0) null else ErrorCode.of(error),
                errorMessage = message,
                scope = answer.optionalText(),
                rule = answer.optionalText(),
                experiment = answer.optionalText(),
                bucket = answer.int().takeIf { it >= 0 },
                isOverdue = answer.byte() != 0,
                version = answer.long(),
                origin = answer.text(),
                staleMillis = answer.long().takeIf { it >= 0 },
            )
        }

        /** The call itself failed: the client is closed, or the context is none. */
        fun <T> failed(error: VexilException, default: T): Details<T> = Details(
            value = default,
            variation = null,
            reason = Reason.ERROR,
            openFeatureReason = "ERROR",
            errorCode = error.code,
            errorMessage = error.message,
            scope = null,
            rule = null,
            experiment = null,
            bucket = null,
            isOverdue = false,
            version = 0,
            origin = "none",
            staleMillis = null,
        )
    }
}
