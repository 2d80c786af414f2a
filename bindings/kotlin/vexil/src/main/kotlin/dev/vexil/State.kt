package dev.vexil

import dev.vexil.internal.Tree
import dev.vexil.internal.uniffi.Assignment as NativeAssignment
import dev.vexil.internal.uniffi.ClientState
import dev.vexil.internal.uniffi.ValueChange

/** How it stands with a source. */
public enum class Connection {
    /** Nobody is asked: before the start, offline, after the end; and between two tries. */
    DISCONNECTED,

    /** The first answer is waited for. */
    CONNECTING,

    /** The last answer was a good one; of a stream, it is open. */
    CONNECTED,

    /** As many tries in a row failed as the options name. It is tried again all the same. */
    ERROR,
}

/**
 * Something that went wrong between a client and its source or cache.
 *
 * @property code which
 * @property message what exactly, for a person
 * @property atMillis when, in milliseconds since the epoch
 */
public class Failure internal constructor(
    public val code: ErrorCode,
    public val message: String,
    public val atMillis: Long,
) {
    override fun toString(): String = "$message ($code)"
}

/**
 * How a client stands. Moments are in milliseconds since the epoch.
 *
 * @property isInitialized whether there are definitions to evaluate with, wherever they came from
 * @property isSyncing whether the source is being asked just now
 * @property connection how it stands with the source
 * @property lastSyncMillis when the source last said what is in force
 * @property lastError what last went wrong; it stays when things are well again
 * @property version the version that is evaluated with; 0 when there is none, and of sources that do not number
 * @property origin where it came from: `none`, `bootstrap`, `cache`, `file`, `memory`, `remote`
 * @property staleSinceMillis since when nobody has confirmed that it is the newest; null while somebody does
 * @property restartRequired static keys that have changed since the process booted with them
 * @property overrides how many overrides are set
 */
public class State internal constructor(
    public val isInitialized: Boolean,
    public val isSyncing: Boolean,
    public val connection: Connection,
    public val lastSyncMillis: Long?,
    public val lastError: Failure?,
    public val version: Long,
    public val origin: String,
    public val staleSinceMillis: Long?,
    public val restartRequired: List<String>,
    public val overrides: Long,
) {
    override fun toString(): String =
        "State(isInitialized=$isInitialized, connection=$connection, version=$version, origin=$origin, " +
            "staleSinceMillis=$staleSinceMillis, lastError=$lastError, restartRequired=$restartRequired, " +
            "overrides=$overrides)"

    internal companion object {
        fun of(native: ClientState): State = State(
            isInitialized = native.initialized,
            isSyncing = native.syncing,
            connection = Connection.valueOf(native.connection.name),
            lastSyncMillis = native.lastSyncMs,
            lastError = native.lastError?.let { Failure(ErrorCode.of(it.code), it.message, it.atMs) },
            version = native.version.toLong(),
            origin = native.origin,
            staleSinceMillis = native.staleSinceMs,
            restartRequired = native.restartRequired,
            overrides = native.overrides.toLong(),
        )
    }
}

/**
 * A key whose value is another.
 *
 * @property namespace `features`, `configs`, `experiments`, or what the program has named
 * @property key the key
 * @property old what it was, as of JSON; null where there was nothing
 * @property new what it is
 * @property origin where the new one came from
 */
public class Change internal constructor(
    public val namespace: String,
    public val key: String,
    public val old: Any?,
    public val new: Any?,
    public val origin: String,
) {
    override fun toString(): String = "Change($namespace, $key, $old -> $new, origin=$origin)"

    internal companion object {
        fun of(native: ValueChange): Change = Change(
            namespace = native.namespace,
            key = native.key,
            old = native.oldJson?.let(Tree::ofJson),
            new = native.newJson?.let(Tree::ofJson),
            origin = native.origin,
        )
    }
}

/**
 * How an evaluation came about.
 *
 * @property text for a person to read; `toString()` says the same
 * @property steps the same as data, as `vexil explain --json` prints it
 */
public class Explanation internal constructor(public val text: String, public val steps: Any?) {
    override fun toString(): String = text
}

/**
 * The variant that an experiment gives.
 *
 * @property experiment the experiment's key
 * @property variant the variant's id
 * @property name the variant's name for people, where the definitions say it
 * @property isControl whether it is the variant that the others are compared with
 * @property config the variant's configuration, as of JSON
 * @property unit the unit that was assigned, such as the user's id; null where an override stands for it
 * @property unitAttribute the attribute that names the unit: `user.id`
 * @property reason [Reason.EXPERIMENT] or [Reason.OVERRIDE]
 * @property version the version of the definitions
 * @property origin where they came from
 * @property staleMillis how long nobody has said that they are the newest; null while somebody does
 */
public class Assignment internal constructor(
    public val experiment: String,
    public val variant: String,
    public val name: String?,
    public val isControl: Boolean,
    public val config: Any?,
    public val unit: String?,
    public val unitAttribute: String,
    public val reason: Reason,
    public val version: Long,
    public val origin: String,
    public val staleMillis: Long?,
) {
    override fun toString(): String = "Assignment($experiment, $variant, reason=$reason)"

    internal companion object {
        fun of(native: NativeAssignment): Assignment = Assignment(
            experiment = native.experiment,
            variant = native.variant,
            name = native.name,
            isControl = native.isControl,
            config = Tree.ofJson(native.configJson),
            unit = native.unit,
            unitAttribute = native.unitAttribute,
            reason = Reason.valueOf(native.reason),
            version = native.version.toLong(),
            origin = native.origin,
            staleMillis = native.staleMs?.toLong(),
        )
    }
}
