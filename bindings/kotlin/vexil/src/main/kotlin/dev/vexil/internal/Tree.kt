package dev.vexil.internal

import dev.vexil.ErrorCode
import dev.vexil.VexilException
import java.nio.Buffer
import java.nio.ByteBuffer
import java.nio.charset.StandardCharsets
import java.util.Collections
import java.util.UUID

/** Values as bytes: one that says what it is, and what it holds. `tree.rs` of the native library says the same. */
internal object Tree {
    const val NULL: Int = 0
    const val FALSE: Int = 1
    const val TRUE: Int = 2
    const val LONG: Int = 3
    const val DOUBLE: Int = 4
    const val TEXT: Int = 5
    const val LIST: Int = 6
    const val OBJECT: Int = 7

    /** What is deeper is some mistake: a list that holds itself has no end. The native library allows less. */
    const val DEPTH: Int = 200

    /** A value, whose JSON is no text of this process; throws where it is none. */
    fun write(value: Any?): ByteArray = TreeWriter(ErrorCode.INVALID_VALUE).apply { value(value) }.bytes()

    fun read(bytes: ByteArray): Any? = TreeReader(bytes).value()

    /** Throws where the text is no JSON. */
    fun ofJson(json: String): Any? = answer(Native.treeOfJson(json.toByteArray())).value()

    fun toJson(value: Any?): String = jsonOf(write(value))

    fun jsonOf(tree: ByteArray): String = answer(Native.jsonOfTree(tree)).rest()

    /** What the native library answered; throws where that is an error. */
    fun answer(bytes: ByteArray): TreeReader {
        val reader = TreeReader(bytes)
        val code = reader.int()
        if (code != 0) throw VexilException.of(code, reader.rest())
        return reader
    }
}

/** Writes values; [refusal] is the code of what throws. */
internal class TreeWriter(private val refusal: ErrorCode) {
    private var bytes = ByteArray(256)
    private var length = 0
    private var depth = 0

    /** How deep it was nested where it was deepest. */
    var deepest: Int = 0
        private set

    /** Where in the value it is being written: the member's name at each depth, and nothing for a list. */
    private var names = arrayOfNulls<String>(4)

    fun bytes(): ByteArray = bytes.copyOf(length)

    fun value(value: Any?) {
        when (value) {
            null -> byte(Tree.NULL)
            is String -> {
                byte(Tree.TEXT)
                text(value)
            }
            is Boolean -> byte(if (value) Tree.TRUE else Tree.FALSE)
            is Int -> long(value.toLong())
            is Long -> long(value)
            is Double -> double(value)
            // The decimal that one reads, and not the nearest binary one.
            is Float -> double(value.toString().toDouble())
            is Short -> long(value.toLong())
            is Byte -> long(value.toLong())
            is Map<*, *> -> nested { members(value) }
            is Iterable<*> -> nested { items(value.toList()) }
            is Array<*> -> nested { items(value.asList()) }
            is CharSequence, is UUID -> {
                byte(Tree.TEXT)
                text(value.toString())
            }
            else -> refuse("of type ${value.javaClass.name}, which is no value of JSON")
        }
    }

    private fun members(map: Map<*, *>) {
        byte(Tree.OBJECT)
        // Counted as they are written: a map may change meanwhile.
        val at = length
        int(0)
        var count = 0
        for ((name, value) in map) {
            if (name !is String) refuse("with a name that is no text")
            names[depth - 1] = name
            text(name)
            value(value)
            count++
        }
        val end = length
        length = at
        int(count)
        length = end
    }

    private fun items(items: List<*>) {
        byte(Tree.LIST)
        int(items.size)
        for (item in items) value(item)
    }

    private inline fun nested(write: () -> Unit) {
        if (++depth > Tree.DEPTH) refuse("nested too deep")
        if (depth > deepest) deepest = depth
        if (depth > names.size) names = names.copyOf(2 * depth)
        write()
        names[--depth] = null
    }

    private fun long(value: Long) {
        byte(Tree.LONG)
        bits(value)
    }

    private fun double(value: Double) {
        if (value.isNaN() || value.isInfinite()) refuse("$value, and no finite number")
        byte(Tree.DOUBLE)
        bits(java.lang.Double.doubleToRawLongBits(value))
    }

    private fun text(text: String) {
        val at = length
        room(4 + 3 * text.length)
        length += 4
        var place = ascii(text)
        length += place
        while (place < text.length) {
            val unit = text[place++].code
            when {
                unit < 0x80 -> bytes[length++] = unit.toByte()
                unit < 0x800 -> {
                    bytes[length++] = (0xC0 or (unit shr 6)).toByte()
                    bytes[length++] = (0x80 or (unit and 0x3F)).toByte()
                }
                unit in 0xD800..0xDFFF -> {
                    val low = if (unit < 0xDC00 && place < text.length) text[place].code else 0
                    if (low !in 0xDC00..0xDFFF) refuse("text that is no Unicode")
                    place++
                    val point = 0x10000 + ((unit - 0xD800) shl 10) + (low - 0xDC00)
                    bytes[length++] = (0xF0 or (point shr 18)).toByte()
                    bytes[length++] = (0x80 or (point shr 12 and 0x3F)).toByte()
                    bytes[length++] = (0x80 or (point shr 6 and 0x3F)).toByte()
                    bytes[length++] = (0x80 or (point and 0x3F)).toByte()
                }
                else -> {
                    bytes[length++] = (0xE0 or (unit shr 12)).toByte()
                    bytes[length++] = (0x80 or (unit shr 6 and 0x3F)).toByte()
                    bytes[length++] = (0x80 or (unit and 0x3F)).toByte()
                }
            }
        }
        val end = length
        length = at
        int(end - at - 4)
        length = end
    }

    /** Writes as much as is ASCII, which most texts are whole, where there is room; returns how much that is. */
    private fun ascii(text: String): Int {
        val into = bytes
        val at = length
        var place = 0
        while (place < text.length) {
            val unit = text[place].code
            if (unit >= 0x80) break
            into[at + place++] = unit.toByte()
        }
        return place
    }

    private fun byte(value: Int) {
        room(1)
        bytes[length++] = value.toByte()
    }

    private fun int(value: Int) {
        room(4)
        val at = length
        for (byte in 0 until 4) bytes[at + byte] = (value shr (24 - 8 * byte)).toByte()
        length = at + 4
    }

    private fun bits(value: Long) {
        room(8)
        val at = length
        for (byte in 0 until 8) bytes[at + byte] = (value shr (56 - 8 * byte)).toByte()
        length = at + 8
    }

    private fun room(more: Int) {
        if (length + more > bytes.size) bytes = bytes.copyOf(maxOf(bytes.size * 2, length + more))
    }

    private fun refuse(what: String): Nothing {
        val path = names.take(depth).filterNotNull()
        val where = if (path.isEmpty()) "it is" else "`${path.joinToString(".")}` is"
        throw VexilException.of(refusal.number, "$where $what")
    }
}

/** Reads what [TreeWriter], or the native library, has written. Lists and maps cannot be changed. */
internal class TreeReader(bytes: ByteArray) {
    private val buffer = ByteBuffer.wrap(bytes)

    val isAtEnd: Boolean get() = !buffer.hasRemaining()

    fun byte(): Int = buffer.get().toInt()

    fun int(): Int = buffer.getInt()

    fun long(): Long = buffer.getLong()

    fun text(): String = text(int())

    fun optionalText(): String? = int().let { if (it < 0) null else text(it) }

    fun rest(): String = text(buffer.remaining())

    fun value(): Any? = when (val kind = byte()) {
        Tree.NULL -> null
        Tree.FALSE -> false
        Tree.TRUE -> true
        Tree.LONG -> long()
        Tree.DOUBLE -> buffer.getDouble()
        Tree.TEXT -> text()
        Tree.LIST -> Collections.unmodifiableList(List(int()) { value() })
        Tree.OBJECT -> {
            val size = int()
            val members = LinkedHashMap<String, Any?>(size + size / 2)
            repeat(size) { members[text()] = value() }
            Collections.unmodifiableMap(members)
        }
        else -> throw VexilException.of(ErrorCode.INTERNAL.number, "there is no value of kind $kind")
    }

    private fun text(length: Int): String {
        if (length < 0 || length > buffer.remaining()) {
            throw VexilException.of(ErrorCode.INTERNAL.number, "a text is longer than what there is")
        }
        val text = String(buffer.array(), buffer.position(), length, StandardCharsets.UTF_8)
        // Old Android has the function of `Buffer` alone, and not the one that returns a `ByteBuffer`.
        (buffer as Buffer).position(buffer.position() + length)
        return text
    }
}
