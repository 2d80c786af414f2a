package dev.vexil.bench

import com.sun.net.httpserver.HttpServer
import io.getunleash.DefaultUnleash
import io.getunleash.UnleashContext
import io.getunleash.util.UnleashConfig
import java.io.File
import java.net.InetAddress
import java.net.InetSocketAddress

/** What its engine has for SemVer "at least" is newer than this client. */
private val AT_LEAST = """"SEMVER_GTE",""" to """"SEMVER_GT","""
private val VERSION = """"2.0.0"""" to """"1.9.9""""

/** The whole client, with a server of its own in this process: without one it takes no features from anywhere. */
internal fun unleash(file: String): List<Row> {
    val features = listOf(AT_LEAST, VERSION).fold(File(file).readText()) { text, (from, to) -> text.replace(from, to) }
        .encodeToByteArray()
    val server = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)
    server.createContext("/") { exchange ->
        exchange.requestBody.readBytes()
        exchange.responseHeaders.add("Content-Type", "application/json")
        exchange.sendResponseHeaders(200, features.size.toLong())
        exchange.responseBody.use { it.write(features) }
    }
    server.start()
    val config = UnleashConfig.builder().appName("bench").instanceId("bench").apiKey("bench")
        .unleashAPI("http://127.0.0.1:${server.address.port}/api").synchronousFetchOnInitialisation(true)
        // Nothing but the questions is measured: it asks its server once, and tells it nothing.
        .fetchTogglesInterval(3_600).disableMetrics().build()
    val client = DefaultUnleash(config)
    val full = ATTRIBUTES.entries.fold(UnleashContext.builder().userId("user-7")) { context, (name, value) ->
        context.addProperty(name, value.toString())
    }.build()
    val users = USERS.map { UnleashContext.builder().userId(it).build() }
    expect(true, client.isEnabled(SIMPLE, full))
    expect(true, client.isEnabled(RULES, full))
    expect(setOf("A", "B"), users.map { client.getVariant(ROLLOUT, it).name }.toSet())
    return listOf(
        measure("W1") { times -> count(times) { client.isEnabled(SIMPLE, full) } },
        measure("W2") { times -> count(times) { client.isEnabled(RULES, full) } },
        measure("W3") { times -> rollout(times) { client.getVariant(ROLLOUT, users[it]).name } },
    )
}
