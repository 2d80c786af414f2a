/* Measures the C ABI: `measure DEFINITIONS [MODE...]`. Prints tables of markdown; see README.md. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "vexil.h"

#define REPEATS 51
#define EVALUATIONS 20000
#define USERS 1000
#define UPDATES 1000
#define LONG_RUN 10000000
#define FLAT_KB 2048

static vexil_client client;
static vexil_context users[USERS];
static char ids[USERS][24];

static void check(vexil_code code, const char *what) {
    if (code != VEXIL_CODE_OK) {
        fprintf(stderr, "%s: %s\n", what, vexil_code_name(code));
        exit(1);
    }
}

static double nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int ascending(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* Who asks: the user of W1 and W2, and with another id each user of W3. */
static vexil_context who(const char *id) {
    vexil_attribute attributes[] = {
        {.path = VEXIL_LITERAL("user.id"), .kind = VEXIL_ATTRIBUTE_KIND_STRING, .text = vexil_string(id)},
        {.path = VEXIL_LITERAL("country"), .kind = VEXIL_ATTRIBUTE_KIND_STRING, .text = VEXIL_LITERAL("DE")},
        {.path = VEXIL_LITERAL("email"), .kind = VEXIL_ATTRIBUTE_KIND_STRING, .text = VEXIL_LITERAL("jane@example.org")},
        {.path = VEXIL_LITERAL("age"), .kind = VEXIL_ATTRIBUTE_KIND_INTEGER, .integer = 42},
        {.path = VEXIL_LITERAL("version"), .kind = VEXIL_ATTRIBUTE_KIND_STRING, .text = VEXIL_LITERAL("2.3.1")},
    };
    vexil_context context;
    check(vexil_context_new(attributes, sizeof attributes / sizeof *attributes, &context), "a context");
    return context;
}

/* The questions. Each looks at its answer. */

static bool flag(int i) {
    bool value;
    vexil_get_bool(client, VEXIL_LITERAL("simple_300"), users[0], 0, &value);
    (void)i;
    return value;
}

static bool text_is(vexil_text key, vexil_context context, const char *one, const char *other) {
    char memory[32];
    vexil_buffer buffer = {memory, sizeof memory, 0};
    vexil_get_string(client, key, context, &buffer);
    return buffer.length > 0 && (memory[buffer.length - 1] == *one || memory[buffer.length - 1] == *other);
}

static bool rules(int i) {
    (void)i;
    return text_is(VEXIL_LITERAL("rules_301"), users[0], "5", "5");
}

static bool rules_new(int i) {
    vexil_context context = who(ids[i % USERS]);
    bool is_right = text_is(VEXIL_LITERAL("rules_301"), context, "5", "5");
    vexil_context_free(context);
    return is_right;
}

static bool rollout(int i) {
    return text_is(VEXIL_LITERAL("rollout_302"), users[i % USERS], "A", "B");
}

static bool details(int i) {
    char texts[128];
    vexil_buffer buffer = {texts, sizeof texts, 0};
    vexil_details found;
    (void)i;
    return vexil_evaluate(client, VEXIL_LITERAL("rules_301"), VEXIL_ASKED_STRING, users[0], &found, &buffer) ==
               VEXIL_CODE_OK && found.error == VEXIL_CODE_OK;
}

static bool generation(int i) {
    uint64_t now;
    (void)i;
    return vexil_generation(client, &now) == VEXIL_CODE_OK;
}

/* What a host does that copies a view out once: its reads are its own. */
static bool viewed(int i) {
    static vexil_entry entry;
    static char texts[512];
    static bool is_read;
    if (!is_read) {
        vexil_view view;
        vexil_buffer buffer = {texts, sizeof texts, 0};
        vexil_text key = VEXIL_LITERAL("simple_300");
        size_t count;
        check(vexil_view_new(client, users[0], &key, 1, &view), "a view");
        check(vexil_view_read(view, &entry, 1, &count, &buffer), "what it says");
        check(vexil_view_free(view), "the view");
        is_read = true;
    }
    (void)i;
    return entry.details.error == VEXIL_CODE_OK && (entry.answers & (1 << VEXIL_ASKED_BOOLEAN)) && entry.details.boolean;
}

static bool make_view(int i) {
    vexil_view view;
    vexil_text key = VEXIL_LITERAL("simple_300");
    (void)i;
    return vexil_view_new(client, users[0], &key, 1, &view) == VEXIL_CODE_OK && vexil_view_free(view) == VEXIL_CODE_OK;
}

static const struct {
    const char *name;
    bool (*ask)(int);
} QUESTIONS[] = {
    {"W1", flag},           {"W2", rules}, {"W2, a new context", rules_new}, {"W2, details", details}, {"W3", rollout},
    {"a view read", viewed}, {"a view made of one key", make_view}, {"the generation", generation},
};

static void evaluate(void) {
    printf("\n### evaluate\n\n| ns | min | median |\n|---|--:|--:|\n");
    for (size_t question = 0; question < sizeof QUESTIONS / sizeof *QUESTIONS; question++) {
        double taken[REPEATS];
        for (int repeat = 0; repeat < REPEATS; repeat++) {
            int right = 0;
            double start = nanoseconds();
            for (int i = 0; i < EVALUATIONS; i++) {
                right += QUESTIONS[question].ask(i);
            }
            taken[repeat] = (nanoseconds() - start) / EVALUATIONS;
            if (right != EVALUATIONS) {
                fprintf(stderr, "%s: only %d of %d are right\n", QUESTIONS[question].name, right, EVALUATIONS);
                exit(1);
            }
        }
        qsort(taken, REPEATS, sizeof *taken, ascending);
        printf("| %s | %.1f | %.1f |\n", QUESTIONS[question].name, taken[0], taken[REPEATS / 2]);
    }
}

static double heard_at;

static void hear(void *user, vexil_text json) {
    (void)user;
    (void)json;
    heard_at = nanoseconds();
}

/* From a value that is set to the listener that is told, on the same thread. */
static void update(void) {
    double taken[UPDATES];
    vexil_subscription subscription;
    check(vexil_on_change(client, VEXIL_LITERAL("features"), VEXIL_LITERAL("simple_300"), vexil_nobody(), hear, NULL, NULL,
                          &subscription), "a subscription");
    for (int i = 0; i < UPDATES; i++) {
        double start = nanoseconds();
        check(vexil_override_set(client, VEXIL_LITERAL("simple_300"), i % 2 ? VEXIL_LITERAL("true") : VEXIL_LITERAL("false")),
              "an override");
        taken[i] = heard_at - start;
    }
    check(vexil_override_clear(client), "the overrides");
    check(vexil_subscription_cancel(subscription), "the subscription");
    qsort(taken, UPDATES, sizeof *taken, ascending);
    printf("\n### update\n\n| us | median | max |\n|---|--:|--:|\n| a listener is told | %.1f | %.1f |\n",
           taken[UPDATES / 2] / 1e3, taken[UPDATES - 1] / 1e3);
}

static long resident_kb(void) {
    long total = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%ld %ld", &total, &resident) != 2) {
        fprintf(stderr, "the kernel does not say what is resident\n");
        exit(1);
    }
    fclose(file);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static void memory(void) {
    long seen[3];
    for (int i = 0; i < 100000; i++) {
        rules_new(i);
    }
    seen[0] = resident_kb();
    for (int half = 1; half < 3; half++) {
        for (int i = 0; i < LONG_RUN / 2; i++) {
            rules_new(i);
        }
        seen[half] = resident_kb();
    }
    printf("\n### memory\n\n| MB | start | middle | end |\n|---|--:|--:|--:|\n| %d evaluations | %.2f | %.2f | %.2f |\n", LONG_RUN,
           (double)seen[0] / 1024, (double)seen[1] / 1024, (double)seen[2] / 1024);
    if (seen[2] - seen[0] > FLAT_KB) {
        fprintf(stderr, "memory grows\n");
        exit(1);
    }
}

static const struct {
    const char *name;
    void (*run)(void);
} MODES[] = {{"evaluate", evaluate}, {"update", update}, {"memory", memory}};
#define MODE_COUNT (int)(sizeof MODES / sizeof *MODES)

int main(int count, char **arguments) {
    char options[4096];
    if (count < 2) {
        fprintf(stderr, "usage: measure DEFINITIONS [evaluate|update|memory ...]\n");
        return 2;
    }
    for (int i = 2; i < count; i++) {
        int mode = 0;
        while (mode < MODE_COUNT && strcmp(MODES[mode].name, arguments[i]) != 0) {
            mode++;
        }
        if (mode == MODE_COUNT) {
            fprintf(stderr, "there is no mode %s\n", arguments[i]);
            return 2;
        }
    }
    snprintf(options, sizeof options, "{\"source\": {\"file\": {\"path\": \"%s\"}}, \"allow_overrides\": true}", arguments[1]);
    check(vexil_client_open(vexil_string(options), &client), "the client");
    for (int i = 0; i < USERS; i++) {
        snprintf(ids[i], sizeof ids[i], "user-%d", i);
        users[i] = who(ids[i]);
    }
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        bool is_asked = count == 2;
        for (int i = 2; i < count; i++) {
            is_asked = is_asked || strcmp(MODES[mode].name, arguments[i]) == 0;
        }
        if (is_asked) {
            MODES[mode].run();
        }
    }
    for (int i = 0; i < USERS; i++) {
        check(vexil_context_free(users[i]), "a context");
    }
    check(vexil_client_close(client), "the client");
    return 0;
}
