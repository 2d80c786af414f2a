/* Vexil: feature flags and dynamic configuration. The C ABI of the one native library.
 *
 * Made from ffi/src/c by cbindgen; do not edit.
 *
 * What can fail returns a code: 0 where all is well, else a number that vexil_code_name names. Texts are UTF-8 with a
 * length, and no zero at their end. What a function gives back is copied into memory of the caller; where that is too
 * small the code is VEXIL_CODE_BUFFER_TOO_SMALL and the buffer's length says how large it must be. Handles may be used by
 * any thread, and by a child after fork(). A wrong argument is an error, with two exceptions: a pointer that is not null
 * must lead to as much memory as it says, and memory that is written to must not be memory of a text that is lent. "As it
 * says" below means no more than that. Close clients before the process ends. */

#ifndef VEXIL_H
#define VEXIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What became of a call.
enum vexil_code
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // All is well.
  VEXIL_CODE_OK = 0,
  // There is no flag, configuration or experiment of this key.
  VEXIL_CODE_FLAG_NOT_FOUND = 100,
  // It is of another type than the one that was asked for.
  VEXIL_CODE_TYPE_MISMATCH = 110,
  // Its definition could not be loaded.
  VEXIL_CODE_PARSE_ERROR = 120,
  // The context is not one.
  VEXIL_CODE_INVALID_CONTEXT = 130,
  // There are no definitions yet, and no last known good.
  VEXIL_CODE_PROVIDER_NOT_READY = 140,
  // A pointer is null that must not be.
  VEXIL_CODE_NULL_ARGUMENT = 200,
  // Text is not UTF-8.
  VEXIL_CODE_INVALID_UTF8 = 210,
  // A text or list is longer than is taken, or a length is no length.
  VEXIL_CODE_TOO_LONG = 220,
  // A handle names nothing of this kind: it was never given out.
  VEXIL_CODE_INVALID_HANDLE = 230,
  // What the handle named was closed.
  VEXIL_CODE_CLOSED = 240,
  // The buffer is too small; its length says how large it must be.
  VEXIL_CODE_BUFFER_TOO_SMALL = 250,
  // The options are none, or contradict each other.
  VEXIL_CODE_INVALID_OPTIONS = 260,
  // A value is none, such as text that is no JSON.
  VEXIL_CODE_INVALID_VALUE = 270,
  // Overrides are not allowed by the options.
  VEXIL_CODE_OVERRIDES_NOT_ALLOWED = 280,
  // Definitions are put only where the source is the program itself.
  VEXIL_CODE_SOURCE_NOT_MEMORY = 290,
  // The address or the name does not lead anywhere, or the connection broke.
  VEXIL_CODE_UNREACHABLE = 300,
  // The request took longer than the options allow.
  VEXIL_CODE_SOURCE_TIMEOUT = 305,
  // TLS failed.
  VEXIL_CODE_TLS = 310,
  // 401: the key is unknown, has expired or was revoked.
  VEXIL_CODE_UNAUTHENTICATED = 320,
  // 403: the key is not for this.
  VEXIL_CODE_FORBIDDEN = 325,
  // 429: asked too often.
  VEXIL_CODE_RATE_LIMITED = 330,
  // Another status than those that mean something here.
  VEXIL_CODE_UNEXPECTED_STATUS = 335,
  // The answer is not what it should be.
  VEXIL_CODE_MALFORMED_ANSWER = 340,
  // The answer is longer than any snapshot may be.
  VEXIL_CODE_TOO_LARGE = 345,
  // Signed by nobody who is trusted, or not at all.
  VEXIL_CODE_UNTRUSTED_KEY = 350,
  // The signature is not of this.
  VEXIL_CODE_BAD_SIGNATURE = 355,
  // Of another environment.
  VEXIL_CODE_WRONG_ENVIRONMENT = 360,
  // Older than what is held.
  VEXIL_CODE_ROLLED_BACK = 365,
  // A change of a version that is not held.
  VEXIL_CODE_DELTA_GAP = 370,
  // The definitions cannot be read as a whole.
  VEXIL_CODE_INVALID_DEFINITIONS = 375,
  // The stream has been silent for longer than its heartbeat.
  VEXIL_CODE_STREAM_SILENT = 380,
  // The stream ended.
  VEXIL_CODE_STREAM_ENDED = 385,
  // The file cannot be read.
  VEXIL_CODE_FILE_UNREADABLE = 390,
  // The last known good cannot be written.
  VEXIL_CODE_CACHE_NOT_WRITTEN = 395,
  // The last known good cannot be read, or is not whole.
  VEXIL_CODE_CACHE_NOT_READ = 397,
  // The operating system refuses what is needed: a thread.
  VEXIL_CODE_SYSTEM = 400,
  // A fault of this library. The call had no effect that counts; the process goes on.
  VEXIL_CODE_INTERNAL = 900,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum vexil_code vexil_code;
#else
typedef int32_t vexil_code;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What an attribute holds.
enum vexil_attribute_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Nothing: as if it were not there.
  VEXIL_ATTRIBUTE_KIND_NULL = 0,
  // `boolean`
  VEXIL_ATTRIBUTE_KIND_BOOLEAN = 1,
  // `integer`
  VEXIL_ATTRIBUTE_KIND_INTEGER = 2,
  // `number`, which must be finite
  VEXIL_ATTRIBUTE_KIND_FLOAT = 3,
  // `text`
  VEXIL_ATTRIBUTE_KIND_STRING = 4,
  // `text` holds JSON: a list, an object with attributes of its own, or anything else
  VEXIL_ATTRIBUTE_KIND_JSON = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum vexil_attribute_kind vexil_attribute_kind;
#else
typedef int32_t vexil_attribute_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The type that is asked for: an `int32_t` in calls.
enum vexil_asked
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Whatever it is.
  VEXIL_ASKED_ANY = 0,
  // `true` or `false`
  VEXIL_ASKED_BOOLEAN = 1,
  // Within `int64_t`.
  VEXIL_ASKED_INTEGER = 2,
  // A float; an integer where a float holds it exactly.
  VEXIL_ASKED_FLOAT = 3,
  // Text.
  VEXIL_ASKED_STRING = 4,
  // What is declared as json.
  VEXIL_ASKED_JSON = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum vexil_asked vexil_asked;
#else
typedef int32_t vexil_asked;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What a value is.
enum vexil_value_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // There is none: the caller's own stands.
  VEXIL_VALUE_KIND_NONE = 0,
  // `boolean`
  VEXIL_VALUE_KIND_BOOLEAN = 1,
  // `integer`
  VEXIL_VALUE_KIND_INTEGER = 2,
  // `number`
  VEXIL_VALUE_KIND_FLOAT = 3,
  // `text`
  VEXIL_VALUE_KIND_STRING = 4,
  // `text` holds JSON
  VEXIL_VALUE_KIND_JSON = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum vexil_value_kind vexil_value_kind;
#else
typedef int32_t vexil_value_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Where the caller wants text: its own memory, which is no text that it lends.
typedef struct {
  // The memory; may be null where the capacity is 0.
  char *data;
  // How many bytes it has.
  size_t capacity;
  // Is set to how many bytes there are to be had. Where that is more than the capacity the code is
  // `VEXIL_CODE_BUFFER_TOO_SMALL`, and what is in the memory does not count.
  size_t length;
} vexil_buffer;

// Text that the caller lends for the time of a call: UTF-8, without a zero at its end.
typedef struct {
  // Its first byte; may be null where the length is 0.
  const char *data;
  // How many bytes it has.
  size_t length;
} vexil_text;

// A client. It is closed by `vexil_client_close`.
typedef struct {
  // The number that names it; 0 names nothing.
  uint64_t id;
} vexil_client;

// The variant that a unit was given in an experiment, into a buffer that has room for every id there can be. False where
// none is known.
typedef bool (*vexil_sticky_get)(void *user, vexil_text experiment, vexil_text unit, vexil_buffer *variant);

// Remembers the variant that a unit was given.
typedef void (*vexil_sticky_put)(void *user, vexil_text experiment, vexil_text unit, vexil_text variant);

// Frees what the host has handed over with a listener or store, once nobody will call that any more: when a subscription
// was cancelled or a client is gone, and whoever was within just then has returned. As a listener, it must return. A call
// that fails takes nothing over, and never calls it.
typedef void (*vexil_release)(void *user);

// Where variants are remembered that units were given in experiments that are `sticky`. It is asked by reads, in the
// threads that read, by several at once. The texts live for the time of the call. As a listener, it must return.
typedef struct {
  // Looks up.
  vexil_sticky_get get;
  // Remembers.
  vexil_sticky_put put;
  // Is handed over at each call.
  void *user;
  // Frees it when the client is gone; may be null.
  vexil_release release;
} vexil_store;

// One attribute. Only the member that its kind names is read.
typedef struct {
  // Its path, such as `user.id`.
  vexil_text path;
  // One of `AttributeKind`.
  int32_t kind;
  // 0 is false, all else is true.
  uint8_t boolean;
  // An integer.
  int64_t integer;
  // A float.
  double number;
  // A string, or JSON.
  vexil_text text;
} vexil_attribute;

// A context: who asks. It never changes, and is freed by `vexil_context_free`. The id 0 is a context without
// attributes, which nobody need make or free.
typedef struct {
  // The number that names it.
  uint64_t id;
} vexil_context;

// Text in the buffer that was handed over with the record; its length is 0 where there is none.
typedef struct {
  // Where it begins.
  size_t offset;
  // How many bytes it has.
  size_t length;
} vexil_slice;

// An evaluation.
typedef struct {
  // What went wrong with the evaluation; `OK` where nothing did.
  vexil_code error;
  // What the value is: one of `vexil_value_kind`.
  int32_t kind;
  // The value, where it is one.
  bool boolean;
  // The value, where it is one.
  int64_t integer;
  // The value, where it is one.
  double number;
  // The value, where it is text or JSON.
  vexil_slice text;
  // The id of the variation or variant, if the value is one.
  vexil_slice variation;
  // Why: `DEFAULT`, `TARGETING`, ...
  vexil_slice reason;
  // The scope whose value it is: `user`, `tenant`, ...
  vexil_slice scope;
  // The rule that decided: its id, else its position.
  vexil_slice rule;
  // The experiment that took part.
  vexil_slice experiment;
  // Where the unit fell, from 0 to 99,999, if the rollout or experiment that decided draws lots; -1 else.
  int32_t bucket;
  // What exactly went wrong, for a person.
  vexil_slice message;
  // Where the definition came from: `none`, `bootstrap`, `cache`, `file`, `memory`, `remote`, `registered`.
  vexil_slice origin;
  // The version of the definitions; 0 when there is none.
  uint64_t version;
  // How long nobody has said that they are the newest, in milliseconds; -1 while somebody does.
  int64_t stale_ms;
  // Whether its time is over, and it is served all the same, for its definition says so.
  bool overdue;
} vexil_details;

// Is told, in JSON that lives for the time of the call, on the thread that makes a change or on one that is telling of
// another just then; of one client it is told one thing after the other. It may call any function of this library. It
// must return: an exception, a `longjmp` or the end of its thread within it is undefined behaviour.
typedef void (*vexil_listener)(void *user, vexil_text json);

// A subscription. It is cancelled by `vexil_subscription_cancel`.
typedef struct {
  // The number that names it; 0 names nothing.
  uint64_t id;
} vexil_subscription;

// A view. It is freed by `vexil_view_free`.
typedef struct {
  // The number that names it; 0 names nothing.
  uint64_t id;
} vexil_view;

// A key of a view and what it came to.
typedef struct {
  // The key, in the same buffer as the texts of the details.
  vexil_slice key;
  // A bit for each of `vexil_asked` whose questions this answers, such as `1 << VEXIL_ASKED_FLOAT` of an integer that a
  // float holds: whoever asks for another type is to be given the fallback.
  uint32_t answers;
  // What it came to.
  vexil_details details;
} vexil_entry;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The version of this library, as `1.2.3`; it lives for ever.
const char *vexil_version(void);

// The stable name of a code, such as `FLAG_NOT_FOUND`; null where there is no such code. It lives for ever.
const char *vexil_code_name(int32_t code);

// What a code means, for a person; null where there is no such code. It lives for ever.
const char *vexil_code_meaning(int32_t code);

// What the last call that failed on this thread said, for a person; it stays until the next one fails. Of an evaluation
// that has no value (`VEXIL_CODE_FLAG_NOT_FOUND`, ...) nothing is kept: its code is all there is to say, and
// `vexil_evaluate` says more.
//
// # Safety
//
// `message` is null, or leads to a buffer as it says.
vexil_code vexil_last_error(vexil_buffer *message);

// Starts a client, and waits for the first definitions as long as the options say.
//
// `options` is JSON, such as `{"source": {"http": {"url": "https://flags.example.com", "key": "..."}}}`; the table of
// options in docs/clients.md has its members. Where it is empty, environment variables name the options. Without definitions the client starts all the same, unless the option
// `fallback` is `throw`.
//
// # Safety
//
// `options` is as it says; `client` is null, or leads to room for a handle.
vexil_code vexil_client_open(vexil_text options,
                             vexil_client *client);

// As `vexil_client_open`, with the host's own store of the variants that units were given; it takes the place of the
// file that the options may name.
//
// # Safety
//
// `options` is as it says; `store` is null, or leads to a store whose functions may be called on any thread, with its
// `user`; `client` is null, or leads to room for a handle.
vexil_code vexil_client_open_with_store(vexil_text options,
                                        const vexil_store *store,
                                        vexil_client *client);

// Stops a client: nobody is asked any more, and its handle names nothing. Calls that are under way on other threads
// end as they would have. It waits for a listener that is being told just now, unless that listener calls it.
vexil_code vexil_client_close(vexil_client client);

// A client of one moment, for one request: all reads are by what is in force now, whatever comes meanwhile, and as they
// are at a moment. Everything else is the client's own, such as its state. It holds on to those definitions; close it by
// `vexil_client_close`, which leaves the other one open.
//
// `request_overrides` is a JSON object of what the request says itself that keys are, below kills; empty where it says
// nothing. Whether somebody may ask for them is the host's matter. `at` is a moment as RFC 3339 has it; empty is now.
//
// # Safety
//
// `request_overrides` and `at` are as they say; `pinned` is null, or leads to room for a handle.
vexil_code vexil_client_pin(vexil_client client,
                            vexil_text request_overrides,
                            vexil_text at,
                            vexil_client *pinned);

// How a client stands, in JSON: `initialized`, `syncing`, `connection`, `last_sync_ms`, `last_error`, `version`,
// `origin`, `stale_since_ms`, `restart_required`, `overrides`.
//
// # Safety
//
// `state` is null, or leads to a buffer as it says.
vexil_code vexil_client_state(vexil_client client,
                              vexil_buffer *state);

// Asks the source now, and waits for the answer. The code says what went wrong, and so does the state.
vexil_code vexil_client_refresh(vexil_client client);

// Puts other definitions in force, where the source is the program itself; what cannot be read changes nothing.
//
// # Safety
//
// `definitions` is as it says.
vexil_code vexil_client_put(vexil_client client,
                            vexil_text definitions);

// Makes a context of attributes: the same as of a JSON object with these members. Of two with one path the last counts.
//
// # Safety
//
// `attributes` is null where `count` is 0, and leads to `count` attributes otherwise; `context` is null, or leads to
// room for a handle.
vexil_code vexil_context_new(const vexil_attribute *attributes,
                             size_t count,
                             vexil_context *context);

// Makes a context of JSON: an object of attributes, nested or by path.
//
// # Safety
//
// `json` is as it says; `context` is null, or leads to room for a handle.
vexil_code vexil_context_parse(vexil_text json, vexil_context *context);

// Frees a context. Calls that are under way on other threads end as they would have.
vexil_code vexil_context_free(vexil_context context);

// Evaluates, and tells all of it. `asked` is one of `vexil_asked`. The code is that of the call: an evaluation that comes
// to an error is a success, and `details` says so.
//
// # Safety
//
// `key` is as it says; `details` is null, or leads to room for a record; `texts` is null, or leads to a buffer as it
// says.
vexil_code vexil_evaluate(vexil_client client,
                          vexil_text key,
                          int32_t asked,
                          vexil_context context,
                          vexil_details *details,
                          vexil_buffer *texts);

// Hears of every change of a client's state, as `vexil_client_state` gives it. `release` may be null.
//
// # Safety
//
// The functions may be called on any thread, with `user`; `subscription` is null, or leads to room for a handle.
vexil_code vexil_on_state(vexil_client client,
                          vexil_listener listener,
                          void *user,
                          vexil_release release,
                          vexil_subscription *subscription);

// Hears whenever `vexil_generation` is another, in JSON: the number. `release` may be null.
//
// # Safety
//
// As of `vexil_on_state`.
vexil_code vexil_on_generation(vexil_client client,
                               vexil_listener listener,
                               void *user,
                               vexil_release release,
                               vexil_subscription *subscription);

// Hears when a key's value is another, in JSON: `namespace`, `key`, `old_json`, `new_json`, `origin`. The namespaces
// `features`, `configs` and `experiments` are of what is in force, evaluated for this context; others are the host's
// own. `release` may be null.
//
// # Safety
//
// The texts are as they say; else as of `vexil_on_state`.
vexil_code vexil_on_change(vexil_client client,
                           vexil_text namespace_,
                           vexil_text key,
                           vexil_context context,
                           vexil_listener listener,
                           void *user,
                           vexil_release release,
                           vexil_subscription *subscription);

// Listens no more. What is being told on another thread just now is still heard; `release` is called after it.
vexil_code vexil_subscription_cancel(vexil_subscription subscription);

// Sets what a key is in this process, whatever is in force; the value in JSON.
//
// # Safety
//
// `key` and `value` are as they say.
vexil_code vexil_override_set(vexil_client client, vexil_text key, vexil_text value);

// The override of a key, in JSON; empty where there is none.
//
// # Safety
//
// `key` is as it says; `value` is null, or leads to a buffer as it says.
vexil_code vexil_override_get(vexil_client client, vexil_text key, vexil_buffer *value);

// Every override, in JSON: an object of values by key.
//
// # Safety
//
// `overrides` is null, or leads to a buffer as it says.
vexil_code vexil_override_all(vexil_client client, vexil_buffer *overrides);

// Removes an override; one that is not there is none.
//
// # Safety
//
// `key` is as it says.
vexil_code vexil_override_remove(vexil_client client, vexil_text key);

// Removes all overrides.
vexil_code vexil_override_clear(vexil_client client);

// Sets a value while the program runs, in JSON: in a namespace of the host's own for whoever asks or listens; in
// `features`, `configs` and `experiments` it is an override of the key, under the same permission.
//
// # Safety
//
// The texts are as they say.
vexil_code vexil_runtime_set(vexil_client client,
                             vexil_text namespace_,
                             vexil_text key,
                             vexil_text value);

// The runtime value of a key, in JSON: what was set, not what the key is without it; empty where there is none.
//
// # Safety
//
// The texts are as they say; `value` is null, or leads to a buffer as it says.
vexil_code vexil_runtime_get(vexil_client client,
                             vexil_text namespace_,
                             vexil_text key,
                             vexil_buffer *value);

// Every runtime value of a namespace, in JSON: an object of values by key.
//
// # Safety
//
// `namespace` is as it says; `values` is null, or leads to a buffer as it says.
vexil_code vexil_runtime_all(vexil_client client, vexil_text namespace_, vexil_buffer *values);

// Removes a runtime value; one that is not there is none.
//
// # Safety
//
// The texts are as they say.
vexil_code vexil_runtime_remove(vexil_client client, vexil_text namespace_, vexil_text key);

// Registers definitions, in JSON, for keys that the control plane may not know yet; each stands where what is in force
// has no such key. All of them, or none where one is wrong.
//
// # Safety
//
// `definitions` is as it says.
vexil_code vexil_register(vexil_client client,
                          vexil_text definitions);

// Takes back what was registered for a key.
//
// # Safety
//
// `key` is as it says.
vexil_code vexil_unregister(vexil_client client, vexil_text key);

// Every key that is registered, ascending: a list in JSON.
//
// # Safety
//
// `keys` is null, or leads to a buffer as it says.
vexil_code vexil_registered(vexil_client client, vexil_buffer *keys);

#if defined(VEXIL_FAIL_ON_PURPOSE)
// Fails with this code, or with `INTERNAL` where there is no such code.
vexil_code vexil_provoke_error(int32_t code);
#endif

#if defined(VEXIL_FAIL_ON_PURPOSE)
// Panics, and the panic's value panics again when it is dropped.
vexil_code vexil_provoke_panic(void);
#endif

#if defined(VEXIL_FAIL_ON_PURPOSE)
// Has the next call on this thread panic so, whichever it is: also one that comes by the other face.
vexil_code vexil_provoke_panic_in_next(void);
#endif

#if defined(VEXIL_FAIL_ON_PURPOSE)
// Gives text that is no UTF-8, as no other function does: two bytes.
//
// # Safety
//
// `text` is null, or leads to a buffer as it says.
vexil_code vexil_provoke_bad_text(vexil_buffer *text);
#endif

// Whether a flag is on. It is not where it is none, is not known, or an argument is wrong.
//
// # Safety
//
// `key` is as it says.
bool vexil_is_enabled(vexil_client client, vexil_text key, vexil_context context);

// A flag or config that is `true` or `false`. Whatever the code says, `value` is set: to the fallback where there is
// none. Of a fallback, 0 is false and all else is true.
//
// # Safety
//
// `key` is as it says; `value` is null, or leads to room for a `bool`.
vexil_code vexil_get_bool(vexil_client client,
                          vexil_text key,
                          vexil_context context,
                          uint8_t fallback,
                          bool *value);

// A flag or config that is an integer. Whatever the code says, `value` is set.
//
// # Safety
//
// `key` is as it says; `value` is null, or leads to room for an `int64_t`.
vexil_code vexil_get_int(vexil_client client,
                         vexil_text key,
                         vexil_context context,
                         int64_t fallback,
                         int64_t *value);

// A flag or config that is a float, or an integer that a float holds exactly. Whatever the code says, `value` is set.
//
// # Safety
//
// `key` is as it says; `value` is null, or leads to room for a `double`.
vexil_code vexil_get_float(vexil_client client,
                           vexil_text key,
                           vexil_context context,
                           double fallback,
                           double *value);

// A flag or config that is text.
//
// # Safety
//
// `key` is as it says; `value` is null, or leads to a buffer as it says.
vexil_code vexil_get_string(vexil_client client, vexil_text key, vexil_context context, vexil_buffer *value);

// A flag or config that is JSON, as compact text.
//
// # Safety
//
// `key` is as it says; `value` is null, or leads to a buffer as it says.
vexil_code vexil_get_json(vexil_client client, vexil_text key, vexil_context context, vexil_buffer *value);

// The id of the variant that an experiment gives; empty where the context takes no part, or the key is of something
// else.
//
// # Safety
//
// `experiment` is as it says; `variant` is null, or leads to a buffer as it says.
vexil_code vexil_variant(vexil_client client,
                         vexil_text experiment,
                         vexil_context context,
                         vexil_buffer *variant);

// The configuration of that variant, as compact JSON; empty where the context takes no part.
//
// # Safety
//
// `experiment` is as it says; `config` is null, or leads to a buffer as it says.
vexil_code vexil_variant_config(vexil_client client,
                                vexil_text experiment,
                                vexil_context context,
                                vexil_buffer *config);

// How an evaluation comes about, step by step: for a person to read, or, where `as_json` is not 0, in JSON.
//
// # Safety
//
// `key` is as it says; `text` is null, or leads to a buffer as it says.
vexil_code vexil_explain(vexil_client client,
                         vexil_text key,
                         vexil_context context,
                         uint8_t as_json,
                         vexil_buffer *text);

// Evaluates keys for a context, all by what is in force at one moment. Where `keys` is null the view is of all there
// are.
//
// # Safety
//
// `keys` is null, or leads to `count` texts, which are as they say; `view` is null, or leads to room for a handle.
vexil_code vexil_view_new(vexil_client client,
                          vexil_context context,
                          const vexil_text *keys,
                          size_t count,
                          vexil_view *view);

// Another handle of the same view, which is freed by itself: where one of them is renewed the other stays as it is.
//
// # Safety
//
// `clone` is null, or leads to room for a handle.
vexil_code vexil_view_clone(vexil_view view,
                            vexil_view *clone);

// Whether a view says what one that is made now would say, as far as can be told without making it.
//
// # Safety
//
// `current` is null, or leads to room for a `bool`.
vexil_code vexil_view_is_current(vexil_view view, bool *current);

// Evaluates a view anew, for the same context, and tells whether anything is another than before.
//
// # Safety
//
// `changed` is null, or leads to room for a `bool`.
vexil_code vexil_view_renew(vexil_view view, bool *changed);

// As `vexil_view_renew`, for another context.
//
// # Safety
//
// `changed` is null, or leads to room for a `bool`.
vexil_code vexil_view_renew_with(vexil_view view, vexil_context context, bool *changed);

// Copies a view out: its entries into an array with room for `capacity` of them, and their texts into a buffer.
// `count` is set to how many entries there are; where that is more than the capacity, or the texts do not fit, the code
// is `VEXIL_CODE_BUFFER_TOO_SMALL`, both say how much there is, and nothing in the array or the buffer counts.
//
// # Safety
//
// `entries` is null where `capacity` is 0, and has room for `capacity` entries otherwise; `count` is null, or leads to
// room for a `size_t`; `texts` is null, or leads to a buffer as it says.
vexil_code vexil_view_read(vexil_view view,
                           vexil_entry *entries,
                           size_t capacity,
                           size_t *count,
                           vexil_buffer *texts);

// Counts reads that the host has answered from its copy of a view, as many as `times` says, like reads of the client: a
// control plane is told what somebody has asked for, and copies answer without a call. `asked` is one of `vexil_asked`.
// Of a key that the view does not have there is nothing to count.
//
// # Safety
//
// `key` is as it says.
vexil_code vexil_view_count(vexil_view view,
                            vexil_text key,
                            int32_t asked,
                            uint32_t times);

// Frees a view.
vexil_code vexil_view_free(vexil_view view);

// Evaluates many keys for a context, all by what is in force at one moment: `details` has room for `count` of them.
// `asked` and the code are as of `vexil_evaluate`.
//
// # Safety
//
// `keys` leads to `count` texts, which are as they say; `details` has room for `count` records; `texts` is null, or
// leads to a buffer as it says.
vexil_code vexil_evaluate_many(vexil_client client,
                               const vexil_text *keys,
                               size_t count,
                               int32_t asked,
                               vexil_context context,
                               vexil_details *details,
                               vexil_buffer *texts);

// The number of what a read may come to just now: it moves whenever definitions, overrides, registrations or runtime
// values do.
//
// # Safety
//
// `generation` is null, or leads to room for a `uint64_t`.
vexil_code vexil_generation(vexil_client client,
                            uint64_t *generation);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* VEXIL_H */

#ifndef VEXIL_TEXTS
#define VEXIL_TEXTS
#include <string.h>

/* A text of these bytes. */
static inline vexil_text vexil_text_of(const char *data, size_t length) {
  vexil_text text;
  text.data = data;
  text.length = length;
  return text;
}

/* A text of a string with a zero at its end. */
static inline vexil_text vexil_string(const char *string) {
  return vexil_text_of(string, strlen(string));
}

/* A text of a literal; of anything else it does not compile. */
#define VEXIL_LITERAL(literal) vexil_text_of("" literal "", sizeof("" literal "") - 1)

/* Nobody in particular: a context without attributes. */
static inline vexil_context vexil_nobody(void) {
  vexil_context context;
  context.id = 0;
  return context;
}
#endif
