/* A host in C: what it does right, and what it does wrong. Ends with 0 when all is as it should be.
 *
 * It is run as it is, under valgrind, and with AddressSanitizer; the fork is left out where an argument says so. */
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vexil.h"

static atomic_int checks;

#define CHECK(condition)                                                                  \
    do {                                                                                  \
        atomic_fetch_add(&checks, 1);                                                     \
        if (!(condition)) {                                                               \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);       \
            exit(1);                                                                      \
        }                                                                                 \
    } while (0)

#define THREADS 8

static const char OPTIONS[] =
    "{\"source\": {\"memory\": {\"definitions\": \"{\\\"schema\\\": 1, \\\"version\\\": 1, \\\"entries\\\": ["
    "{\\\"key\\\": \\\"on\\\", \\\"default\\\": true},"
    "{\\\"key\\\": \\\"limit\\\", \\\"type\\\": \\\"config\\\", \\\"default\\\": 42},"
    "{\\\"key\\\": \\\"ratio\\\", \\\"type\\\": \\\"config\\\", \\\"default\\\": 0.5},"
    "{\\\"key\\\": \\\"name\\\", \\\"type\\\": \\\"config\\\", \\\"default\\\": \\\"gr\\u00fcn\\\"},"
    "{\\\"key\\\": \\\"shape\\\", \\\"type\\\": \\\"config\\\", \\\"default\\\": {\\\"a\\\": [1, 2]}},"
    "{\\\"key\\\": \\\"ramp\\\", \\\"rollout\\\": {\\\"on\\\": 50, \\\"off\\\": 50}},"
    "{\\\"key\\\": \\\"test\\\", \\\"type\\\": \\\"experiment\\\", \\\"status\\\": \\\"running\\\", \\\"variants\\\": ["
    "{\\\"id\\\": \\\"a\\\", \\\"control\\\": true}, {\\\"id\\\": \\\"b\\\", \\\"config\\\": {\\\"steps\\\": 2}}],"
    " \\\"allocation\\\": {\\\"a\\\": 0, \\\"b\\\": 100}}"
    "]}\"}}}";

static const char OTHER[] = "{\"schema\": 1, \"version\": 2, \"entries\": [{\"key\": \"on\", \"default\": false}]}";
static const char FIRST[] = "{\"schema\": 1, \"version\": 1, \"entries\": [{\"key\": \"on\", \"default\": true}]}";

static vexil_client open_client(void) {
    vexil_client client = {0};
    CHECK(vexil_client_open(vexil_string(OPTIONS), &client) == VEXIL_CODE_OK);
    CHECK(client.id != 0);
    return client;
}

static vexil_context user(const char *id) {
    vexil_attribute attributes[] = {
        {.path = VEXIL_LITERAL("user.id"), .kind = VEXIL_ATTRIBUTE_KIND_STRING, .text = vexil_string(id)},
        {.path = VEXIL_LITERAL("age"), .kind = VEXIL_ATTRIBUTE_KIND_INTEGER, .integer = 42},
        {.path = VEXIL_LITERAL("beta"), .kind = VEXIL_ATTRIBUTE_KIND_BOOLEAN, .boolean = 1},
        {.path = VEXIL_LITERAL("score"), .kind = VEXIL_ATTRIBUTE_KIND_FLOAT, .number = 0.25},
        {.path = VEXIL_LITERAL("roles"), .kind = VEXIL_ATTRIBUTE_KIND_JSON, .text = VEXIL_LITERAL("[\"a\"]")},
        {.path = VEXIL_LITERAL("none"), .kind = VEXIL_ATTRIBUTE_KIND_NULL},
    };
    vexil_context context = {0};
    CHECK(vexil_context_new(attributes, 6, &context) == VEXIL_CODE_OK);
    return context;
}

static bool is(vexil_buffer buffer, const char *text) {
    return buffer.length == strlen(text) && memcmp(buffer.data, text, buffer.length) == 0;
}

static bool is_slice(const char *texts, vexil_slice slice, const char *text) {
    return slice.length == strlen(text) && memcmp(texts + slice.offset, text, slice.length) == 0;
}

static void reads(vexil_client client) {
    vexil_context context = user("u-1");
    char memory[256];
    vexil_buffer buffer = {memory, sizeof memory, 0};
    bool flag = false;
    int64_t integer = 0;
    double number = 0;

    CHECK(vexil_is_enabled(client, VEXIL_LITERAL("on"), context) == 1);
    CHECK(vexil_is_enabled(client, VEXIL_LITERAL("nothing"), context) == 0);
    CHECK(vexil_get_bool(client, VEXIL_LITERAL("on"), vexil_nobody(), false, &flag) == VEXIL_CODE_OK && flag);
    CHECK(vexil_get_int(client, VEXIL_LITERAL("limit"), context, 7, &integer) == VEXIL_CODE_OK && integer == 42);
    CHECK(vexil_get_float(client, VEXIL_LITERAL("ratio"), context, 7, &number) == VEXIL_CODE_OK && number == 0.5);
    CHECK(vexil_get_float(client, VEXIL_LITERAL("limit"), context, 7, &number) == VEXIL_CODE_OK && number == 42);
    CHECK(vexil_get_string(client, VEXIL_LITERAL("name"), context, &buffer) == VEXIL_CODE_OK);
    CHECK(is(buffer, "gr\xc3\xbcn"));
    CHECK(vexil_get_json(client, VEXIL_LITERAL("shape"), context, &buffer) == VEXIL_CODE_OK);
    CHECK(is(buffer, "{\"a\":[1,2]}"));

    /* Where there is no value the caller's own stands, and the code says why. */
    CHECK(vexil_get_int(client, VEXIL_LITERAL("on"), context, 7, &integer) == VEXIL_CODE_TYPE_MISMATCH && integer == 7);
    CHECK(vexil_get_bool(client, VEXIL_LITERAL("nothing"), context, true, &flag) == VEXIL_CODE_FLAG_NOT_FOUND && flag);

    /* Too small a buffer says how large it must be, and is left alone. */
    memory[0] = '#';
    vexil_buffer small = {memory, 3, 0};
    CHECK(vexil_get_string(client, VEXIL_LITERAL("name"), context, &small) == VEXIL_CODE_BUFFER_TOO_SMALL);
    CHECK(small.length == 5 && memory[0] == '#');
    vexil_buffer none = {NULL, 0, 0};
    CHECK(vexil_get_string(client, VEXIL_LITERAL("name"), context, &none) == VEXIL_CODE_BUFFER_TOO_SMALL);

    vexil_details details;
    CHECK(vexil_evaluate(client, VEXIL_LITERAL("ramp"), VEXIL_ASKED_BOOLEAN, context, &details, &buffer) ==
          VEXIL_CODE_OK);
    CHECK(details.error == VEXIL_CODE_OK && details.kind == VEXIL_VALUE_KIND_BOOLEAN);
    CHECK(is_slice(memory, details.reason, "ROLLOUT") && is_slice(memory, details.origin, "memory"));
    CHECK(is_slice(memory, details.variation, details.boolean ? "on" : "off"));
    CHECK(details.bucket >= 0 && details.bucket < 100000);
    CHECK(details.version == 1 && details.stale_ms == -1);
    CHECK(vexil_evaluate(client, VEXIL_LITERAL("limit"), VEXIL_ASKED_FLOAT, context, &details, &buffer) ==
          VEXIL_CODE_OK);
    CHECK(details.kind == VEXIL_VALUE_KIND_FLOAT && details.number == 42);
    CHECK(vexil_evaluate(client, VEXIL_LITERAL("nothing"), VEXIL_ASKED_ANY, context, &details, &buffer) ==
          VEXIL_CODE_OK);
    CHECK(details.error == VEXIL_CODE_FLAG_NOT_FOUND && details.kind == VEXIL_VALUE_KIND_NONE);

    char *explanation = malloc(1 << 16);
    vexil_buffer long_text = {explanation, 1 << 16, 0};
    CHECK(vexil_explain(client, VEXIL_LITERAL("ramp"), context, 0, &long_text) == VEXIL_CODE_OK && long_text.length > 20);
    CHECK(vexil_explain(client, VEXIL_LITERAL("ramp"), context, 1, &long_text) == VEXIL_CODE_OK);
    CHECK(explanation[0] == '{');
    free(explanation);

    CHECK(vexil_variant(client, VEXIL_LITERAL("test"), context, &buffer) == VEXIL_CODE_OK && is(buffer, "b"));
    CHECK(vexil_variant_config(client, VEXIL_LITERAL("test"), context, &buffer) == VEXIL_CODE_OK);
    CHECK(is(buffer, "{\"steps\":2}"));
    CHECK(vexil_variant(client, VEXIL_LITERAL("ramp"), context, &buffer) == VEXIL_CODE_OK && buffer.length == 0);
    CHECK(vexil_variant(client, VEXIL_LITERAL("nothing"), context, &buffer) == VEXIL_CODE_FLAG_NOT_FOUND);
    CHECK(buffer.length == 0);
    CHECK(vexil_context_free(context) == VEXIL_CODE_OK);

    /* The same context as JSON is in the same bucket. */
    vexil_context parsed = {0};
    CHECK(vexil_context_parse(VEXIL_LITERAL("{\"user\": {\"id\": \"u-1\"}}"), &parsed) == VEXIL_CODE_OK);
    bool again = false;
    context = user("u-1");
    CHECK(vexil_get_bool(client, VEXIL_LITERAL("ramp"), parsed, false, &again) == VEXIL_CODE_OK);
    CHECK(vexil_get_bool(client, VEXIL_LITERAL("ramp"), context, false, &flag) == VEXIL_CODE_OK && flag == again);
    CHECK(vexil_context_free(parsed) == VEXIL_CODE_OK && vexil_context_free(context) == VEXIL_CODE_OK);
}

static void overrides(vexil_client client) {
    char memory[256];
    vexil_buffer buffer = {memory, sizeof memory, 0};
    CHECK(vexil_override_set(client, VEXIL_LITERAL("on"), VEXIL_LITERAL("false")) == VEXIL_CODE_OK);
    CHECK(vexil_is_enabled(client, VEXIL_LITERAL("on"), vexil_nobody()) == 0);
    CHECK(vexil_override_all(client, &buffer) == VEXIL_CODE_OK && is(buffer, "{\"on\":false}"));
    CHECK(vexil_override_remove(client, VEXIL_LITERAL("on")) == VEXIL_CODE_OK);
    CHECK(vexil_is_enabled(client, VEXIL_LITERAL("on"), vexil_nobody()) == 1);
    CHECK(vexil_override_set(client, VEXIL_LITERAL("on"), VEXIL_LITERAL("{")) == VEXIL_CODE_INVALID_VALUE);
    CHECK(vexil_override_clear(client) == VEXIL_CODE_OK);
}

static void views(vexil_client client) {
    char memory[4096];
    vexil_buffer texts = {memory, sizeof memory, 0};
    vexil_entry entries[16];
    size_t count = 0;
    bool flag = false;
    uint64_t before = 0, after = 0;
    vexil_view all = {0}, some = {0};
    vexil_text keys[] = {VEXIL_LITERAL("limit"), VEXIL_LITERAL("nothing"), VEXIL_LITERAL("on")};
    vexil_context context = user("u-1");

    CHECK(vexil_view_new(client, context, NULL, 0, &all) == VEXIL_CODE_OK);
    CHECK(vexil_view_read(all, entries, 16, &count, &texts) == VEXIL_CODE_OK && count == 7);
    CHECK(entries[0].key.length > 0 && entries[0].details.error == VEXIL_CODE_OK);
    CHECK(vexil_view_read(all, NULL, 0, &count, &texts) == VEXIL_CODE_BUFFER_TOO_SMALL && count == 7);
    vexil_buffer small = {memory, 5, 0};
    CHECK(vexil_view_read(all, entries, 16, &count, &small) == VEXIL_CODE_BUFFER_TOO_SMALL && small.length > 5);
    CHECK(vexil_view_new(client, context, keys, 3, &some) == VEXIL_CODE_OK);
    CHECK(vexil_view_read(some, entries, 16, &count, &texts) == VEXIL_CODE_OK && count == 2);
    CHECK(entries[0].details.integer == 42 && entries[1].details.boolean);
    CHECK(entries[0].answers == (1 << VEXIL_ASKED_INTEGER | 1 << VEXIL_ASKED_FLOAT));
    CHECK(entries[1].answers == 1 << VEXIL_ASKED_BOOLEAN);
    CHECK(vexil_view_is_current(some, &flag) == VEXIL_CODE_OK && flag);
    CHECK(vexil_view_count(some, VEXIL_LITERAL("on"), VEXIL_ASKED_BOOLEAN, 3) == VEXIL_CODE_OK);
    CHECK(vexil_view_count(some, VEXIL_LITERAL("nothing"), VEXIL_ASKED_ANY, 1) == VEXIL_CODE_OK);
    CHECK(vexil_view_count(some, VEXIL_LITERAL("on"), 99, 1) == VEXIL_CODE_INVALID_VALUE);
    CHECK(vexil_view_count(some, VEXIL_LITERAL("on"), VEXIL_ASKED_ANY, UINT32_MAX) == VEXIL_CODE_OK);
    vexil_view clone = {0};
    CHECK(vexil_view_clone(some, NULL) == VEXIL_CODE_NULL_ARGUMENT);
    CHECK(vexil_view_clone(some, &clone) == VEXIL_CODE_OK && clone.id != some.id);

    CHECK(vexil_generation(client, &before) == VEXIL_CODE_OK);
    CHECK(vexil_override_set(client, VEXIL_LITERAL("on"), VEXIL_LITERAL("false")) == VEXIL_CODE_OK);
    CHECK(vexil_generation(client, &after) == VEXIL_CODE_OK && after != before);
    CHECK(vexil_view_is_current(some, &flag) == VEXIL_CODE_OK && !flag);
    CHECK(vexil_view_renew(some, &flag) == VEXIL_CODE_OK && flag);
    CHECK(vexil_view_renew_with(some, vexil_nobody(), &flag) == VEXIL_CODE_OK && !flag);
    CHECK(vexil_view_is_current(some, &flag) == VEXIL_CODE_OK && flag);
    CHECK(vexil_view_is_current(clone, &flag) == VEXIL_CODE_OK && !flag);
    CHECK(vexil_view_read(clone, entries, 16, &count, &texts) == VEXIL_CODE_OK && entries[1].details.boolean);
    CHECK(vexil_override_clear(client) == VEXIL_CODE_OK);
    CHECK(vexil_view_free(some) == VEXIL_CODE_OK && vexil_view_free(some) == VEXIL_CODE_CLOSED);
    CHECK(vexil_view_renew(some, &flag) == VEXIL_CODE_CLOSED);
    CHECK(vexil_view_clone(some, &clone) == VEXIL_CODE_CLOSED);
    CHECK(vexil_view_count(some, VEXIL_LITERAL("on"), VEXIL_ASKED_ANY, 1) == VEXIL_CODE_CLOSED);
    CHECK(vexil_view_free(clone) == VEXIL_CODE_OK);
    CHECK(vexil_view_free(all) == VEXIL_CODE_OK);

    vexil_details details[3];
    CHECK(vexil_evaluate_many(client, keys, 3, VEXIL_ASKED_ANY, context, details, &texts) == VEXIL_CODE_OK);
    CHECK(details[0].kind == VEXIL_VALUE_KIND_INTEGER && details[0].integer == 42);
    CHECK(details[1].error == VEXIL_CODE_FLAG_NOT_FOUND);
    CHECK(details[2].boolean && is_slice(memory, details[2].reason, "DEFAULT"));
    CHECK(vexil_evaluate_many(client, keys, 3, VEXIL_ASKED_FLOAT, context, details, &texts) == VEXIL_CODE_OK);
    CHECK(details[0].number == 42 && details[2].error == VEXIL_CODE_TYPE_MISMATCH);
    CHECK(vexil_view_new(client, context, keys, 0, &some) == VEXIL_CODE_OK);
    CHECK(vexil_view_read(some, entries, 16, &count, &texts) == VEXIL_CODE_OK && count == 0);
    CHECK(vexil_view_free(some) == VEXIL_CODE_OK);
    CHECK(vexil_evaluate_many(client, NULL, 3, VEXIL_ASKED_ANY, context, details, &texts) == VEXIL_CODE_NULL_ARGUMENT);
    CHECK(vexil_evaluate_many(client, keys, SIZE_MAX, VEXIL_ASKED_ANY, context, details, &texts) == VEXIL_CODE_TOO_LONG);
    CHECK(vexil_context_free(context) == VEXIL_CODE_OK);
}

/* A client of one moment sees nothing of what comes after it, and goes without the other one. */
static void moments(vexil_client client) {
    vexil_text nothing = VEXIL_LITERAL(""), at = VEXIL_LITERAL("2026-01-01T01:00:00+01:00");
    vexil_client now = {0}, then = {0}, never = {0};
    CHECK(vexil_client_pin(client, nothing, nothing, &now) == VEXIL_CODE_OK && now.id != client.id);
    CHECK(vexil_client_pin(client, VEXIL_LITERAL("{\"on\": false}"), at, &then) == VEXIL_CODE_OK);
    CHECK(!vexil_is_enabled(then, VEXIL_LITERAL("on"), vexil_nobody()));
    CHECK(vexil_override_set(client, VEXIL_LITERAL("on"), VEXIL_LITERAL("false")) == VEXIL_CODE_OK);
    CHECK(vexil_is_enabled(now, VEXIL_LITERAL("on"), vexil_nobody()));
    CHECK(vexil_override_clear(client) == VEXIL_CODE_OK);
    CHECK(vexil_client_close(now) == VEXIL_CODE_OK && vexil_client_close(then) == VEXIL_CODE_OK);
    CHECK(vexil_client_close(now) == VEXIL_CODE_CLOSED);
    CHECK(vexil_client_put(client, vexil_string(OTHER)) == VEXIL_CODE_OK);
    CHECK(vexil_client_put(client, vexil_string(FIRST)) == VEXIL_CODE_OK);
    CHECK(vexil_client_pin(client, VEXIL_LITERAL("[]"), nothing, &never) == VEXIL_CODE_INVALID_VALUE && never.id == 0);
    CHECK(vexil_client_pin(client, nothing, VEXIL_LITERAL("today"), &never) == VEXIL_CODE_INVALID_VALUE);
    CHECK(vexil_client_pin(client, nothing, nothing, NULL) == VEXIL_CODE_NULL_ARGUMENT);
}

typedef struct {
    char variant[16];
    int put, released;
} remembered;

static bool look_up(void *user, vexil_text experiment, vexil_text unit, vexil_buffer *variant) {
    remembered *self = user;
    CHECK(experiment.length == 4 && unit.length == 3 && variant->capacity >= sizeof self->variant);
    variant->length = strlen(self->variant);
    memcpy(variant->data, self->variant, variant->length);
    return variant->length > 0;
}

static void remember(void *user, vexil_text experiment, vexil_text unit, vexil_text variant) {
    remembered *self = user;
    CHECK(experiment.length == 4 && unit.length == 3 && variant.length == 1);
    memcpy(self->variant, variant.data, variant.length);
    self->put++;
}

static void forget(void *user) { ((remembered *)user)->released++; }

static void sticky(void) {
    static const char options[] =
        "{\"source\": {\"memory\": {\"definitions\": \"{\\\"schema\\\": 1, \\\"version\\\": 1, \\\"entries\\\": ["
        "{\\\"key\\\": \\\"test\\\", \\\"type\\\": \\\"experiment\\\", \\\"status\\\": \\\"running\\\", "
        "\\\"sticky\\\": true, \\\"variants\\\": [{\\\"id\\\": \\\"a\\\", \\\"control\\\": true}, {\\\"id\\\": \\\"b\\\"}],"
        " \\\"allocation\\\": {\\\"a\\\": 0, \\\"b\\\": 100}}]}\"}}}";
    char memory[16];
    vexil_buffer buffer = {memory, sizeof memory, 0};
    remembered known = {0}, refused = {0};
    vexil_store store = {look_up, remember, &known, forget}, other = {look_up, remember, &refused, forget};
    vexil_client client = {0}, never = {0};
    vexil_context context = user("u-1");
    CHECK(vexil_client_open_with_store(vexil_string(options), &store, &client) == VEXIL_CODE_OK);
    CHECK(vexil_variant(client, VEXIL_LITERAL("test"), context, &buffer) == VEXIL_CODE_OK && is(buffer, "b"));
    CHECK(known.put == 1 && strcmp(known.variant, "b") == 0);
    strcpy(known.variant, "a");
    CHECK(vexil_variant(client, VEXIL_LITERAL("test"), context, &buffer) == VEXIL_CODE_OK && is(buffer, "a"));
    CHECK(known.released == 0 && vexil_client_close(client) == VEXIL_CODE_OK && known.released == 1);
    CHECK(vexil_client_open_with_store(VEXIL_LITERAL("{"), &other, &never) == VEXIL_CODE_INVALID_OPTIONS);
    CHECK(vexil_client_open_with_store(vexil_string(options), &other, NULL) == VEXIL_CODE_NULL_ARGUMENT);
    other.get = NULL;
    CHECK(vexil_client_open_with_store(vexil_string(options), &other, &never) == VEXIL_CODE_NULL_ARGUMENT);
    CHECK(vexil_client_open_with_store(vexil_string(options), NULL, &never) == VEXIL_CODE_NULL_ARGUMENT);
    CHECK(refused.released == 0 && never.id == 0);
    CHECK(vexil_context_free(context) == VEXIL_CODE_OK);
}

typedef struct {
    atomic_int told;
    atomic_int released;
} heard;

static void on_told(void *user, vexil_text json) {
    CHECK(json.length > 2 && json.data[0] == '{');
    atomic_fetch_add(&((heard *)user)->told, 1);
}

static void on_counted(void *user, vexil_text json) {
    CHECK(json.length > 0 && json.data[0] >= '0' && json.data[0] <= '9');
    atomic_fetch_add(&((heard *)user)->told, 1);
}

typedef struct {
    vexil_client client;
    vexil_subscription other;
    int told;
} nested;

static void on_nested(void *user, vexil_text json) {
    nested *self = user;
    CHECK(json.length > 2);
    CHECK(vexil_override_remove(self->client, VEXIL_LITERAL("on")) == VEXIL_CODE_OK || self->told > 0);
    self->told += self->told == 0;
}

static void on_nested_released(void *user) {
    nested *self = user;
    CHECK(vexil_subscription_cancel(self->other) == VEXIL_CODE_OK);
    CHECK(vexil_override_clear(self->client) == VEXIL_CODE_OK);
    self->told++;
}

static void on_released(void *user) { atomic_fetch_add(&((heard *)user)->released, 1); }

static void listeners(vexil_client client) {
    heard states = {0}, changes = {0}, generations = {0}, refused = {0};
    vexil_subscription of_state = {0}, of_change = {0}, of_generation = {0}, never = {0};
    CHECK(vexil_on_state(client, on_told, &states, on_released, &of_state) == VEXIL_CODE_OK);
    CHECK(vexil_on_change(client, VEXIL_LITERAL("features"), VEXIL_LITERAL("on"), vexil_nobody(), on_told, &changes,
                          on_released, &of_change) == VEXIL_CODE_OK);
    CHECK(vexil_on_generation(client, on_counted, &generations, on_released, &of_generation) == VEXIL_CODE_OK);
    CHECK(vexil_client_put(client, vexil_string(OTHER)) == VEXIL_CODE_OK);
    CHECK(atomic_load(&changes.told) == 1 && atomic_load(&states.told) > 0);
    CHECK(vexil_is_enabled(client, VEXIL_LITERAL("on"), vexil_nobody()) == 0);
    CHECK(vexil_client_put(client, VEXIL_LITERAL("{")) == VEXIL_CODE_INVALID_DEFINITIONS);
    CHECK(vexil_subscription_cancel(of_change) == VEXIL_CODE_OK && atomic_load(&changes.released) == 1);
    CHECK(vexil_subscription_cancel(of_change) == VEXIL_CODE_CLOSED);
    CHECK(vexil_client_put(client, vexil_string(FIRST)) == VEXIL_CODE_OK);
    CHECK(atomic_load(&changes.told) == 1);
    CHECK(vexil_subscription_cancel(of_state) == VEXIL_CODE_OK && atomic_load(&states.released) == 1);
    CHECK(atomic_load(&generations.told) == 2);
    CHECK(vexil_subscription_cancel(of_generation) == VEXIL_CODE_OK && atomic_load(&generations.released) == 1);

    /* A call that fails takes nothing over. */
    vexil_client closed = {client.id + (1ull << 32)};
    CHECK(vexil_on_state(client, NULL, &refused, on_released, &never) == VEXIL_CODE_NULL_ARGUMENT);
    CHECK(vexil_on_state(client, on_told, &refused, on_released, NULL) == VEXIL_CODE_NULL_ARGUMENT);
    CHECK(vexil_on_state(closed, on_told, &refused, on_released, &never) == VEXIL_CODE_INVALID_HANDLE);
    CHECK(vexil_on_change(client, VEXIL_LITERAL("features"), vexil_text_of("\xff", 1), vexil_nobody(), on_told, &refused,
                          on_released, &never) == VEXIL_CODE_INVALID_UTF8);
    CHECK(atomic_load(&refused.released) == 0 && never.id == 0);

    /* Who is told, and who is freed, may call the library. */
    nested of_nested = {client, {0}, 0};
    CHECK(vexil_on_state(client, on_told, &states, NULL, &of_nested.other) == VEXIL_CODE_OK);
    CHECK(vexil_on_change(client, VEXIL_LITERAL("features"), VEXIL_LITERAL("on"), vexil_nobody(), on_nested, &of_nested,
                          on_nested_released, &of_change) == VEXIL_CODE_OK);
    CHECK(vexil_override_set(client, VEXIL_LITERAL("on"), VEXIL_LITERAL("false")) == VEXIL_CODE_OK);
    CHECK(of_nested.told == 1);
    CHECK(vexil_subscription_cancel(of_change) == VEXIL_CODE_OK);
    CHECK(of_nested.told == 2 && vexil_subscription_cancel(of_nested.other) == VEXIL_CODE_CLOSED);
}

typedef struct {
    vexil_client client;
    atomic_bool *stop;
    atomic_long closed;
} worker;

static void *evaluate(void *argument) {
    worker *self = argument;
    while (!atomic_load(self->stop)) {
        vexil_context context = user("u-7");
        bool flag = false;
        vexil_code code = vexil_get_bool(self->client, VEXIL_LITERAL("on"), context, false, &flag);
        atomic_fetch_add(&self->closed, code == VEXIL_CODE_CLOSED);
        CHECK(code == VEXIL_CODE_OK || code == VEXIL_CODE_CLOSED);
        CHECK(vexil_context_free(context) == VEXIL_CODE_OK);
    }
    return NULL;
}

/* Eight threads evaluate while definitions are swapped, and while the client is closed under them. */
static void threads(int rounds) {
    vexil_client client = open_client();
    atomic_bool stop = false;
    pthread_t ids[THREADS];
    worker workers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        workers[i].client = client;
        workers[i].stop = &stop;
        atomic_init(&workers[i].closed, 0);
        CHECK(pthread_create(&ids[i], NULL, evaluate, &workers[i]) == 0);
    }
    for (int i = 0; i < rounds; i++) {
        vexil_text definitions = i % 2 ? vexil_string(FIRST) : vexil_string(OTHER);
        CHECK(vexil_client_put(client, definitions) == VEXIL_CODE_OK);
    }
    CHECK(vexil_client_close(client) == VEXIL_CODE_OK);
    /* Each of them hears of it. */
    for (int i = 0; i < THREADS; i++) {
        while (atomic_load(&workers[i].closed) == 0) {
            usleep(1000);
        }
    }
    atomic_store(&stop, true);
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_join(ids[i], NULL) == 0);
    }
    CHECK(vexil_is_enabled(client, VEXIL_LITERAL("on"), vexil_nobody()) == 0);
}

static void forked(vexil_client client) {
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        bool ok = vexil_is_enabled(client, VEXIL_LITERAL("on"), vexil_nobody()) == 1 &&
                  vexil_client_put(client, vexil_string(OTHER)) == VEXIL_CODE_OK &&
                  vexil_is_enabled(client, VEXIL_LITERAL("on"), vexil_nobody()) == 0 &&
                  vexil_client_close(client) == VEXIL_CODE_OK;
        _exit(ok ? 0 : 1);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(vexil_is_enabled(client, VEXIL_LITERAL("on"), vexil_nobody()) == 1);
}

static void misuse(vexil_client client) {
    char memory[256];
    vexil_buffer buffer = {memory, sizeof memory, 0};
    vexil_context context = user("u-1"), other = {0};
    vexil_client strange = {context.id}, dangling = {client.id + (1ull << 32)}, nothing = {0};
    vexil_text null_text = {NULL, 3}, endless = {"x", SIZE_MAX}, broken = {"a\xff" "b", 3}, empty = {NULL, 0};
    bool flag = false;

    CHECK(vexil_get_bool(client, null_text, context, true, &flag) == VEXIL_CODE_NULL_ARGUMENT && flag);
    CHECK(vexil_get_bool(client, endless, context, true, &flag) == VEXIL_CODE_TOO_LONG);
    CHECK(vexil_get_bool(client, broken, context, true, &flag) == VEXIL_CODE_INVALID_UTF8);
    vexil_buffer probe = {NULL, 0, 0};
    CHECK(vexil_last_error(&probe) == VEXIL_CODE_BUFFER_TOO_SMALL && probe.length == 32);
    CHECK(vexil_last_error(&buffer) == VEXIL_CODE_OK && is(buffer, "the key is not UTF-8 from byte 1"));
    CHECK(vexil_get_bool(client, empty, context, true, &flag) == VEXIL_CODE_FLAG_NOT_FOUND);
    CHECK(vexil_get_bool(client, VEXIL_LITERAL("on"), context, true, NULL) == VEXIL_CODE_NULL_ARGUMENT);
    CHECK(vexil_get_string(client, VEXIL_LITERAL("name"), context, NULL) == VEXIL_CODE_NULL_ARGUMENT);
    vexil_buffer hollow = {NULL, 100000, 0};
    CHECK(vexil_client_state(client, &hollow) == VEXIL_CODE_NULL_ARGUMENT);
    CHECK(vexil_evaluate(client, VEXIL_LITERAL("on"), 99, context, NULL, &buffer) == VEXIL_CODE_INVALID_VALUE);
    CHECK(vexil_evaluate(client, VEXIL_LITERAL("on"), 0, context, NULL, &buffer) == VEXIL_CODE_NULL_ARGUMENT);

    CHECK(vexil_get_bool(strange, VEXIL_LITERAL("on"), context, true, &flag) == VEXIL_CODE_INVALID_HANDLE);
    CHECK(vexil_get_bool(dangling, VEXIL_LITERAL("on"), context, true, &flag) == VEXIL_CODE_INVALID_HANDLE);
    CHECK(vexil_get_bool(nothing, VEXIL_LITERAL("on"), context, true, &flag) == VEXIL_CODE_INVALID_HANDLE);
    other.id = client.id;
    CHECK(vexil_get_bool(client, VEXIL_LITERAL("on"), other, true, &flag) == VEXIL_CODE_INVALID_HANDLE);
    CHECK(vexil_context_free(context) == VEXIL_CODE_OK);
    CHECK(vexil_context_free(context) == VEXIL_CODE_CLOSED);
    CHECK(vexil_get_bool(client, VEXIL_LITERAL("on"), context, true, &flag) == VEXIL_CODE_CLOSED && flag);
    CHECK(vexil_context_free(vexil_nobody()) == VEXIL_CODE_OK);

    vexil_attribute wrong[] = {{.path = VEXIL_LITERAL("a"), .kind = 77}};
    CHECK(vexil_context_new(wrong, 1, &other) == VEXIL_CODE_INVALID_CONTEXT);
    wrong[0].kind = VEXIL_ATTRIBUTE_KIND_FLOAT;
    wrong[0].number = NAN;
    CHECK(vexil_context_new(wrong, 1, &other) == VEXIL_CODE_INVALID_CONTEXT);
    CHECK(vexil_context_new(NULL, 1, &other) == VEXIL_CODE_NULL_ARGUMENT);
    CHECK(vexil_context_new(wrong, SIZE_MAX, &other) == VEXIL_CODE_TOO_LONG);
    CHECK(vexil_context_parse(VEXIL_LITERAL("[1]"), &other) == VEXIL_CODE_INVALID_CONTEXT);
    char *long_text = calloc(1, 1 << 20);
    memset(long_text, 'x', (1 << 20) - 1);
    wrong[0].kind = VEXIL_ATTRIBUTE_KIND_STRING;
    wrong[0].text = vexil_string(long_text);
    CHECK(vexil_context_new(wrong, 1, &other) == VEXIL_CODE_INVALID_CONTEXT);
    free(long_text);

    /* Attributes are read as members of JSON are: nested, and by all their spellings. */
    vexil_attribute spelled[] = {
        {.path = VEXIL_LITERAL("userId"), .kind = VEXIL_ATTRIBUTE_KIND_STRING, .text = VEXIL_LITERAL("far")},
        {.path = VEXIL_LITERAL("user"), .kind = VEXIL_ATTRIBUTE_KIND_JSON, .text = VEXIL_LITERAL("{\"id\": \"u-1\"}")},
    };
    bool near = false, far = false;
    vexil_client whole = open_client();
    CHECK(vexil_context_new(spelled, 2, &other) == VEXIL_CODE_OK);
    context = user("u-1");
    CHECK(vexil_get_bool(whole, VEXIL_LITERAL("ramp"), other, 0, &near) == VEXIL_CODE_OK);
    CHECK(vexil_get_bool(whole, VEXIL_LITERAL("ramp"), context, 0, &far) == VEXIL_CODE_OK && near == far);
    CHECK(vexil_client_close(whole) == VEXIL_CODE_OK);
    CHECK(vexil_context_free(other) == VEXIL_CODE_OK && vexil_context_free(context) == VEXIL_CODE_OK);

    vexil_client never = {0};
    CHECK(vexil_client_open(VEXIL_LITERAL(""), &never) == VEXIL_CODE_INVALID_OPTIONS);
    CHECK(vexil_client_open(VEXIL_LITERAL("{}"), &never) == VEXIL_CODE_INVALID_OPTIONS && never.id == 0);
    CHECK(vexil_client_open(VEXIL_LITERAL("{\"source\": {\"http\": {\"url\": \"nowhere\", \"key\": \"k\"}}}"), &never) ==
          VEXIL_CODE_INVALID_OPTIONS);
    CHECK(vexil_client_open(vexil_string(OPTIONS), NULL) == VEXIL_CODE_NULL_ARGUMENT);
    CHECK(strcmp(vexil_code_name(VEXIL_CODE_CLOSED), "CLOSED") == 0 && vexil_code_name(1) == NULL);
    CHECK(vexil_code_meaning(VEXIL_CODE_CLOSED) != NULL && strlen(vexil_version()) >= 5);

#ifdef VEXIL_FAIL_ON_PURPOSE
    CHECK(vexil_provoke_panic() == VEXIL_CODE_INTERNAL);
    CHECK(vexil_provoke_panic() == VEXIL_CODE_INTERNAL);
    CHECK(vexil_provoke_panic_in_next() == VEXIL_CODE_OK);
    CHECK(vexil_override_clear(client) == VEXIL_CODE_INTERNAL && vexil_override_clear(client) == VEXIL_CODE_OK);
    CHECK(vexil_provoke_error(VEXIL_CODE_TLS) == VEXIL_CODE_TLS);
    CHECK(vexil_provoke_error(12345) == VEXIL_CODE_INTERNAL);
    CHECK(vexil_provoke_bad_text(&buffer) == VEXIL_CODE_OK && buffer.length == 2);
    CHECK(vexil_is_enabled(client, VEXIL_LITERAL("on"), vexil_nobody()) == 1);
#endif
}

/* A client with a thread of its own, which looks at a file; and a child that gets one, too. */
static void watched(bool may_fork) {
    char path[256], options[512];
    const char *folder = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/vexil-driver-XXXXXX", folder ? folder : P_tmpdir);
    int file = mkstemp(path);
    CHECK(file >= 0 && write(file, FIRST, strlen(FIRST)) == (ssize_t)strlen(FIRST) && close(file) == 0);
    snprintf(options, sizeof options, "{\"source\": {\"file\": {\"path\": \"%s\"}}, \"polling_interval_ms\": 20}", path);
    vexil_client client = {0};
    CHECK(vexil_client_open(vexil_string(options), &client) == VEXIL_CODE_OK);
    CHECK(vexil_is_enabled(client, VEXIL_LITERAL("on"), vexil_nobody()));
    CHECK(vexil_client_put(client, vexil_string(OTHER)) == VEXIL_CODE_SOURCE_NOT_MEMORY);
    pid_t child = may_fork ? fork() : 1;
    CHECK(child >= 0);
    if (child != 0) {
        FILE *other = fopen(path, "w");
        CHECK(other != NULL && fputs(OTHER, other) >= 0 && fclose(other) == 0);
    }
    /* Both see the change, each by its own thread. */
    while (vexil_is_enabled(client, VEXIL_LITERAL("on"), vexil_nobody())) {
        usleep(1000);
    }
    CHECK(vexil_client_close(client) == VEXIL_CODE_OK);
    if (child == 0) {
        _exit(0);
    }
    int status = 0;
    CHECK(!may_fork || (waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0));
    CHECK(unlink(path) == 0);
}

int main(int count, char **arguments) {
    bool may_fork = !(count > 1 && strcmp(arguments[1], "--no-fork") == 0);
    int rounds = may_fork ? 2000 : 50;
    vexil_client client = open_client();
    char memory[1024];
    vexil_buffer buffer = {memory, sizeof memory, 0};
    CHECK(vexil_client_state(client, &buffer) == VEXIL_CODE_OK && buffer.length > 50);
    CHECK(vexil_client_refresh(client) == VEXIL_CODE_OK);
    reads(client);
    views(client);
    overrides(client);
    moments(client);
    sticky();
    listeners(client);
    if (may_fork) {
        forked(client);
    }
    watched(may_fork);
    misuse(client);
    threads(rounds);
    CHECK(vexil_client_close(client) == VEXIL_CODE_OK);
    CHECK(vexil_client_close(client) == VEXIL_CODE_CLOSED);
    printf("%d checks\n", atomic_load(&checks));
    return 0;
}
