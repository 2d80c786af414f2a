/* The contract with a control plane, through the C ABI: `contract PROGRAM` starts the program that takes every host
 * through it, does what it is told, and ends with 0 when all of it held. */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "json.h"

static vexil_client client;
static bool is_open;

/* What listeners have heard, on the thread that tells them. */
static struct {
    pthread_mutex_t lock;
    json_t *changes;
} heard = {.lock = PTHREAD_MUTEX_INITIALIZER};

static char texts[1 << 20];

_Noreturn static void die(const char *what) {
    fprintf(stderr, "%s\n", what);
    exit(2);
}

static json_t *failed(vexil_code code) {
    vexil_buffer message = {texts, sizeof texts, 0};
    bool is_told = vexil_last_error(&message) == VEXIL_CODE_OK;
    return json_pack("{s:s, s:s%}", "failed", vexil_code_name(code), "message", texts, is_told ? message.length : 0);
}

static json_t *coded(vexil_code code) {
    return json_pack("{s:o}", "code", name_of(code));
}

static json_t *open_client(const json_t *request) {
    char *options = written(json_object_get(request, "options"));
    vexil_code code = vexil_client_open(vexil_string(options), &client);
    free(options);
    is_open = code == VEXIL_CODE_OK;
    return coded(code);
}

static json_t *close_client(void) {
    is_open = false;
    return coded(vexil_client_close(client));
}

static vexil_context context_of(const json_t *request) {
    vexil_context context = {0};
    char *tree = written(json_object_get(request, "context"));
    if (vexil_context_parse(vexil_string(tree), &context) != VEXIL_CODE_OK) {
        die("no context");
    }
    free(tree);
    return context;
}

static json_t *read_key(const json_t *request) {
    vexil_details details;
    vexil_buffer buffer = {texts, sizeof texts, 0};
    vexil_context context = context_of(request);
    vexil_code code = vexil_evaluate(client, text_of(json_object_get(request, "key")),
                                     asked_by(json_object_get(request, "type")), context, &details, &buffer);
    vexil_context_free(context);
    if (code != VEXIL_CODE_OK) {
        return failed(code);
    }
    json_t *value = details.kind == VEXIL_VALUE_KIND_NONE ? json_incref(json_object_get(request, "default"))
                                                          : value_of(&details, texts);
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:b}", "value", value, "variation", slice(texts, details.variation),
                     "reason", slice(texts, details.reason), "code", name_of(details.error), "origin",
                     slice(texts, details.origin), "stale", details.stale_ms >= 0);
}

static json_t *variant_of(const json_t *request) {
    vexil_text experiment = text_of(json_object_get(request, "experiment"));
    vexil_context context = context_of(request);
    vexil_buffer variant = {texts, sizeof texts, 0};
    vexil_code code = vexil_variant(client, experiment, context, &variant);
    json_t *told = code == VEXIL_CODE_OK && variant.length > 0 ? json_stringn(texts, variant.length) : json_null();
    vexil_buffer config = {texts, sizeof texts, 0};
    if (code == VEXIL_CODE_OK) {
        code = vexil_variant_config(client, experiment, context, &config);
    }
    vexil_context_free(context);
    if (code != VEXIL_CODE_OK) {
        json_decref(told);
        return failed(code);
    }
    return json_pack("{s:o, s:o}", "variant", told, "config",
                     config.length == 0 ? json_null() : read_text(texts, config.length));
}

static json_t *state(void) {
    vexil_buffer buffer = {texts, sizeof texts, 0};
    vexil_code code = vexil_client_state(client, &buffer);
    if (code != VEXIL_CODE_OK) {
        return failed(code);
    }
    json_t *state = read_text(texts, buffer.length);
    json_object_set_new(state, "stale", json_boolean(!json_is_null(json_object_get(state, "stale_since_ms"))));
    json_t *error = json_object_get(state, "last_error");
    json_object_set(state, "last_error", json_is_null(error) ? error : json_object_get(error, "name"));
    return state;
}

static json_t *value_in(const json_t *change, const char *member) {
    const json_t *text = json_object_get(change, member);
    return json_is_string(text) ? read_text(json_string_value(text), json_string_length(text)) : json_null();
}

static void listen(void *user, vexil_text json) {
    (void)user;
    json_t *change = read_text(json.data, json.length);
    pthread_mutex_lock(&heard.lock);
    json_array_append_new(heard.changes,
                          json_pack("{s:O, s:o, s:o}", "key", json_object_get(change, "key"), "old",
                                    value_in(change, "old_json"), "new", value_in(change, "new_json")));
    pthread_mutex_unlock(&heard.lock);
    json_decref(change);
}

static json_t *watch(const json_t *request) {
    vexil_subscription subscription;
    vexil_code code = vexil_on_change(client, VEXIL_LITERAL("features"), text_of(json_object_get(request, "key")),
                                      vexil_nobody(), listen, NULL, NULL, &subscription);
    return coded(code);
}

static json_t *tell_heard(void) {
    pthread_mutex_lock(&heard.lock);
    json_t *changes = heard.changes;
    heard.changes = json_array();
    pthread_mutex_unlock(&heard.lock);
    return json_pack("{s:o}", "changes", changes);
}

static json_t *answer(const json_t *request) {
    const char *what = json_string_value(json_object_get(request, "do"));
    if (what == NULL) {
        die("a request that asks for nothing");
    } else if (strcmp(what, "open") == 0) {
        return open_client(request);
    } else if (strcmp(what, "read") == 0) {
        return read_key(request);
    } else if (strcmp(what, "variant") == 0) {
        return variant_of(request);
    } else if (strcmp(what, "state") == 0) {
        return state();
    } else if (strcmp(what, "watch") == 0) {
        return watch(request);
    } else if (strcmp(what, "heard") == 0) {
        return tell_heard();
    } else if (strcmp(what, "refresh") == 0) {
        return coded(vexil_client_refresh(client));
    } else if (strcmp(what, "close") == 0) {
        return close_client();
    }
    return json_pack("{s:s}", "failed", "nothing is known of it");
}

/* Starts the program: what it says is read from `*says`, and what it is told is written to `*told`. */
static pid_t start(const char *program, FILE **says, FILE **told) {
    int out[2], in[2];
    if (pipe(out) != 0 || pipe(in) != 0) {
        die("no pipe");
    }
    pid_t child = fork();
    if (child < 0) {
        die("no process");
    } else if (child == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        close(in[0]);
        close(in[1]);
        close(out[0]);
        close(out[1]);
        execl(program, program, "c", (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    *says = checked(fdopen(out[0], "r"), "nothing to read from");
    *told = checked(fdopen(in[1], "w"), "nothing to write to");
    return child;
}

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: contract PROGRAM\n");
        return 2;
    }
    /* Where the program has ended its status says so. */
    signal(SIGPIPE, SIG_IGN);
    heard.changes = json_array();
    FILE *says, *told;
    pid_t child = start(arguments[1], &says, &told);
    char *line = NULL;
    size_t capacity = 0;
    while (getline(&line, &capacity, says) > 0) {
        json_t *request = read_text(line, strlen(line)), *answered = checked(answer(request), "no answer");
        char *text = written(answered);
        fprintf(told, "%s\n", text);
        fflush(told);
        free(text);
        json_decref(answered);
        json_decref(request);
    }
    fclose(told);
    fclose(says);
    int status = 0;
    bool is_kept = waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
        fprintf(stderr, "%s cannot be run\n", arguments[1]);
    }
    if (is_open) {
        /* What listeners hear from here on nobody would free. */
        json_decref(close_client());
    }
    free(line);
    json_decref(heard.changes);
    printf("test result: %s. %d passed; %d failed; 0 ignored\n", is_kept ? "ok" : "FAILED", is_kept, !is_kept);
    return is_kept ? 0 : 1;
}
