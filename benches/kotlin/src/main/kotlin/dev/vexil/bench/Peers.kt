package dev.vexil.bench

import com.launchdarkly.sdk.LDContext
import com.launchdarkly.sdk.server.Components
import com.launchdarkly.sdk.server.LDClient
import com.launchdarkly.sdk.server.LDConfig
import com.launchdarkly.sdk.server.integrations.FileData
import dev.openfeature.sdk.ImmutableContext
import dev.openfeature.sdk.OpenFeatureAPI
import dev.openfeature.sdk.Value
import dev.openfeature.sdk.providers.memory.Flag
import dev.openfeature.sdk.providers.memory.InMemoryProvider
import dev.vexil.Source
import dev.vexil.VexilOptions
import dev.vexil.openfeature.VexilProvider
import io.getunleash.DefaultUnleash
import io.getunleash.UnleashContext
import io.getunleash.util.UnleashConfig

/** OpenFeature's client over Vexil's provider: what the client costs, and the map that a context becomes. */
internal fun openFeatureVexil(definitions: String): List<Row> {
    OpenFeatureAPI.getInstance().setProviderAndWait(VexilProvider(VexilOptions(Source.Memory(definitions))))
    val client = OpenFeatureAPI.getInstance().client
    val full = ImmutableContext("user-7", ATTRIBUTES.mapValues { Value.objectToValue(it.value) })
    val users = USERS.map { ImmutableContext(it) }
    expect("r5", client.getStringValue(RULES, "", full))
    return listOf(
        measure("W1") { times -> count(times) { client.getBooleanValue(SIMPLE, false, full) } },
        measure("W2") { times -> count(times) { client.getStringValue(RULES, "", full) == "r5" } },
        measure("W3") { times -> rollout(times) { client.getStringValue(ROLLOUT, "", users[it]) } },
    )
}

/** OpenFeature's client over a look-up in a map, which has no rules. */
internal fun openFeatureInMemory(): List<Row> {
    val flag = Flag.builder<Boolean>().variant("on", true).defaultVariant("on").build()
    OpenFeatureAPI.getInstance().setProviderAndWait(InMemoryProvider(mapOf(SIMPLE to flag)))
    val client = OpenFeatureAPI.getInstance().client
    val full = ImmutableContext("user-7", ATTRIBUTES.mapValues { Value.objectToValue(it.value) })
    expect(true, client.getBooleanValue(SIMPLE, false, full))
    return listOf(measure("W1") { times -> count(times) { client.getBooleanValue(SIMPLE, false, full) } })
}

/** A feature is on when one of its strategies matches: W2 is a boolean. */
internal fun unleash(definitions: String): List<Row> {
    val config = UnleashConfig.builder().appName("bench").instanceId("bench").unleashAPI("http://127.0.0.1:9/api")
        .environment("production").toggleBootstrapProvider { java.util.Optional.of(definitions) }
        .disablePolling().disableMetrics().build()
    val client = DefaultUnleash(config)
    val full = UnleashContext.builder().userId("user-7")
        .apply { ATTRIBUTES.forEach { (name, value) -> addProperty(name, "$value") } }.build()
    val users = USERS.map { UnleashContext.builder().userId(it).build() }
    expect(true, client.isEnabled(SIMPLE, full))
    expect(true, client.isEnabled(RULES, full))
    return listOf(
        measure("W1") { times -> count(times) { client.isEnabled(SIMPLE, full) } },
        measure("W2, a boolean") { times -> count(times) { client.isEnabled(RULES, full) } },
        measure("W3") { times -> rollout(times) { client.getVariant(ROLLOUT, users[it]).name } },
    )
}

/** The whole client, over its file of data and without events. */
internal fun launchDarkly(file: String): List<Row> {
    val config = LDConfig.Builder().dataSource(FileData.dataSource().filePaths(file))
        .events(Components.noEvents()).build()
    val client = LDClient("sdk-key", config)
    val full = LDContext.builder("user-7").set("country", "DE").set("email", "jane@example.org").set("age", 42)
        .set("version", "2.3.1").build()
    val users = USERS.map { LDContext.create(it) }
    expect(true, client.boolVariation(SIMPLE, full, false))
    expect("r5", client.stringVariation(RULES, full, ""))
    return listOf(
        measure("W1") { times -> count(times) { client.boolVariation(SIMPLE, full, false) } },
        measure("W2") { times -> count(times) { client.stringVariation(RULES, full, "") == "r5" } },
        measure("W3") { times -> rollout(times) { client.stringVariation(ROLLOUT, users[it], "") } },
    )
}
