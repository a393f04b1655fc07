// The plugin interface of swift-rank: rankers in a shared library, written in C or whatever can look like C.
//
// A plugin exports one function, `rank_plugin_entry`, which gives a table of functions. The host makes an instance of
// the plugin (`create`), asks what it is (`describe`), lets it score lists of candidates (`score`), and gives it back
// (`destroy`). docs/guide/plugins.md goes through one from the first line to serving it.
//
// Memory. Nothing that one side has allocated is freed by the other. What the host passes to a function is valid until
// that function returns, is not to be kept, and is not to be written unless a comment here says so. Pointers have the
// alignment of what they point to. The table and the texts in it stay as they are for the life of the process; the
// library is never unloaded.
//
// Threads. An instance is used by one thread at a time, not always the same one: it is made on one thread, scores on
// another and may be destroyed on a third, and the host sees to it that each sees what the one before wrote. `create`
// may run on one thread while other instances score on theirs, so whatever instances share needs a lock.
// A plugin leaves the process as it is: no signal handlers, no exit, no change of locale, working directory or
// floating-point environment, and no C++ exception, longjmp or Swift error out of a function.
//
// Scores. An instance that describes the same model id and the same profile gives the same bits for the same user,
// candidate and features, in whatever list and at whatever place of it they stand, in any process on any machine: a
// list may be cut anywhere, its parts scored by several workers, and sent again. Every id gets a finite score, unknown
// ones a fallback and a flag; a host refuses NaN and the infinities.
//
// Missing features. NaN stands for a feature that is missing, where the plugin takes that (`takes_missing` below);
// every missing feature then has the bits 0x7FC00000, whatever bits the request had. Features are never infinite.
//
// Versions. Within version 1 structures only grow at their ends, and each tells its size. A host takes every plugin
// that was built for version 1, with this header or a later one. Nothing here changes its meaning.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The version of this interface. Another one has another meaning of what follows the first two fields of the table.
#define RANK_PLUGIN_ABI_VERSION 1u

/// The most features a plugin may want for each candidate.
#define RANK_PLUGIN_MAX_FEATURES 1024u

/// The most golden scores a plugin may describe.
#define RANK_PLUGIN_MAX_GOLDENS 4096u

/// The values that functions return.
///
/// With anything but RANK_PLUGIN_OK they say why in the error buffer: UTF-8, ended by a zero, no longer than its
/// capacity; `rank_plugin_fail` below does that. The host shows the text behind the plugin's name.
enum {
    /// Done.
    RANK_PLUGIN_OK = 0,
    /// `score` only: this query makes no sense for this model; the sender must fix it. Not for unknown ids.
    RANK_PLUGIN_INVALID_QUERY = 1,
    /// Anything else that went wrong; also every other number.
    RANK_PLUGIN_FAILED = 2
};

/// The values that `takes_missing` returns.
enum {
    /// The feature must be there: requests without it are refused before the plugin sees them.
    RANK_PLUGIN_MISSING_REFUSED = 0,
    /// The feature may be missing.
    RANK_PLUGIN_MISSING_TAKEN = 1
};

/// The kinds of ids.
enum {
    /// 64-bit numbers.
    RANK_PLUGIN_IDS_U64 = 0,
    /// UTF-8 texts of 1 to 65,535 bytes.
    RANK_PLUGIN_IDS_UTF8 = 1
};

/// One `option=value` of `--plugin LIB:PATH?option=value&option=value`; both are UTF-8 and end with a zero.
typedef struct rank_plugin_option {
    /// The name, not empty, no two the same.
    const char *key;
    /// The value, maybe empty.
    const char *value;
} rank_plugin_option;

/// The description of an instance; all zeros but `struct_size` when `describe` gets it. Constant for the instance's
/// life.
typedef struct rank_plugin_description {
    /// In: the bytes of the structure that the host has. Out: no more than that, and what the plugin has filled in;
    /// leave it alone unless the plugin's structure is the shorter one.
    uint32_t struct_size;
    /// RANK_PLUGIN_IDS_U64 or RANK_PLUGIN_IDS_UTF8, for users and candidates.
    uint32_t id_kind;
    /// F: float32 values wanted with each candidate, 0 to RANK_PLUGIN_MAX_FEATURES.
    uint32_t feature_count;
    /// The number of golden scores that `golden` knows, 0 to RANK_PLUGIN_MAX_GOLDENS.
    uint32_t golden_count;
    /// The score that stands for candidates that were not scored in time, such as the mean over the training data.
    float prior;
    /// 0.
    uint32_t reserved;
    /// Cost hint: what scoring takes for each candidate, in ns; 0 = not known. The host plans its first requests with
    /// it and then learns by itself.
    double ns_per_candidate;
    /// Cost hint: what scoring takes for each call beside that, in ns; 0 = not known.
    double ns_per_request;
    /// The id that tells this model from every other: equal ids mean equal scores. All zeros let the host make an id of
    /// the plugin's name and version, the options, and the bytes of the model file.
    uint8_t model_id[16];
    /// The name of the way in which scores are computed, such as `popularity/1`: not empty, UTF-8 without control
    /// characters, ended by a zero. Another name wherever the bits may differ: another order of sums, another
    /// precision, another instruction set.
    char profile[32];
    /// The contents of the model, as a text for people, such as `1682 items`; may be empty.
    char shape[128];
} rank_plugin_description;

/// Candidates to score for one user: a whole list or any part of one.
typedef struct rank_plugin_query {
    /// The bytes of the structure that the host has.
    uint32_t struct_size;
    /// N: how many candidates there are; may be 0, and every pointer below NULL then.
    uint32_t candidate_count;
    /// F, as described.
    uint32_t feature_count;
    /// The length of `user_text`; 0 for numbers (bytes).
    uint32_t user_size;
    /// The user, where ids are numbers.
    uint64_t user;
    /// The user, where ids are texts; not ended by a zero.
    const char *user_text;
    /// [N], where ids are numbers.
    const uint64_t *candidates;
    /// [N + 1], where ids are texts: candidate i is `text[offsets[i]]` up to, but not including,
    /// `text[offsets[i + 1]]`.
    const uint32_t *offsets;
    /// The texts of the candidates; offsets need not begin at 0.
    const char *text;
    /// [N][F], row-major by candidate, each finite, or NaN where the plugin takes missing features; NULL where F is 0.
    const float *features;
} rank_plugin_query;

/// The scores and flags that `score` writes; the arrays are the host's.
typedef struct rank_plugin_result {
    /// The bytes of the structure that the host has.
    uint32_t struct_size;
    /// Out: 1 if the user is unknown. 0 before the call.
    uint32_t unknown_user;
    /// Out: [N], each of them finite. NaN before the call, so that a score that was not written is found out.
    float *scores;
    /// Out: [N], 1 where the candidate is unknown. 0 before the call.
    uint8_t *unknown;
} rank_plugin_result;

/// A score that the instance must give, bit for bit, before it serves.
typedef struct rank_plugin_golden {
    /// The bytes of the structure that the host has.
    uint32_t struct_size;
    /// Out: the score.
    float score;
    /// Out, where ids are numbers.
    uint64_t user;
    /// Out, where ids are numbers.
    uint64_t candidate;
    /// Out, where ids are texts: at most `text_capacity` bytes, ended by a zero.
    char *user_text;
    /// Out, likewise.
    char *candidate_text;
    /// The bytes that each of the two has.
    size_t text_capacity;
    /// Out: [F]; zeros before the call.
    float *features;
} rank_plugin_golden;

/// The functions of a plugin. The first two fields are the same in every version of this interface.
typedef struct rank_plugin_table {
    /// RANK_PLUGIN_ABI_VERSION of the header that the plugin was built with.
    uint32_t abi_version;
    /// `sizeof(rank_plugin_table)`, likewise.
    uint32_t table_size;
    /// The plugin's name for logs and INFO, 1 to 63 bytes of UTF-8 without control characters.
    const char *name;
    /// The plugin's version, likewise. Change it with the code: it is part of model ids that the host makes.
    const char *version;
    /// Makes an instance: reads its model, checks it, and keeps whatever scoring needs, so that `score` allocates
    /// nothing.
    ///
    /// path: the model file, or an empty text if none was given. option_count options; refuse those that mean nothing
    /// here. *instance: out, handed to every other function; NULL is allowed if no state is needed. Nothing is left
    /// behind by a failure, and `destroy` is not called then.
    int32_t (*create)(const char *path, const rank_plugin_option *options, size_t option_count, void **instance,
                      char *error, size_t error_capacity);
    /// Says what an instance is. Called right after `create`.
    int32_t (*describe)(void *instance, rank_plugin_description *description, char *error, size_t error_capacity);
    /// Scores every candidate of a query. The hot path: no allocation, no lock, no system call if it can be helped.
    ///
    /// Values that depend on the user alone may be kept in the instance for the next call: calls for one user tend to
    /// follow one another. When it fails, what was written is not looked at.
    int32_t (*score)(void *instance, const rank_plugin_query *query, rank_plugin_result *result, char *error,
                     size_t error_capacity);
    /// Gives an instance back, with all that it holds. Called once, while no thread uses the instance.
    void (*destroy)(void *instance);
    /// Writes the name of feature `index` (below F) into `name`: 1 to 63 bytes of UTF-8 without commas and
    /// control characters, ended by a zero. NULL if features have no names.
    int32_t (*feature_name)(void *instance, uint32_t index, char *name, size_t capacity);
    /// Writes golden score `index` (below `golden_count`). NULL if there are none.
    int32_t (*golden)(void *instance, uint32_t index, rank_plugin_golden *golden, char *error, size_t error_capacity);
    /// Says whether feature `index` (below F) may be missing: RANK_PLUGIN_MISSING_REFUSED or
    /// RANK_PLUGIN_MISSING_TAKEN. Called after `describe`, constant for the instance's life.
    ///
    /// NULL = the plugin does not say. The host then tries: a feature without which made-up candidates get finite
    /// scores may be missing. A plugin that makes something finite and wrong of NaN says RANK_PLUGIN_MISSING_REFUSED.
    /// A table without this field (`table_size` tells), as earlier headers have it, stands for a plugin to which
    /// features are never missing.
    int32_t (*takes_missing)(void *instance, uint32_t index);
} rank_plugin_table;

#if defined(_WIN32)
#define RANK_PLUGIN_EXPORT __declspec(dllexport)
#else
#define RANK_PLUGIN_EXPORT __attribute__((visibility("default")))
#endif

/// The only symbol that a plugin exports.
///
/// host_abi_version: the newest version that the host speaks. Returns the plugin's table, of that version or an older
/// one, or NULL if the plugin has none; the host refuses a version that it does not know. Called on any thread, maybe
/// several times.
RANK_PLUGIN_EXPORT const rank_plugin_table *rank_plugin_entry(uint32_t host_abi_version);

/// The type of `rank_plugin_entry`.
typedef const rank_plugin_table *(*rank_plugin_entry_function)(uint32_t host_abi_version);

/// Copies a text into an error buffer, cut to what it holds, and gives `status` back: `return rank_plugin_fail(…);`.
static inline int32_t rank_plugin_fail(char *error, size_t error_capacity, int32_t status, const char *text)
{
    size_t length = 0;
    if (error_capacity == 0)
        return status;
    while (length + 1 < error_capacity && text[length] != 0) {
        error[length] = text[length];
        length += 1;
    }
    error[length] = 0;
    return status;
}

#ifdef __cplusplus
}
#endif
