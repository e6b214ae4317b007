#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "understudy/base/clock.h"

// Every hard ceiling and every default that a peer can lean on, each with its reason. What the
// configuration can change starts with the value from here.
namespace understudy::limits {

using namespace std::chrono_literals;

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;
constexpr std::size_t gib = 1024 * mib;

// --- HTTP messages -------------------------------------------------------------------------------

// A whole head, request or answer. nginx allows 4 x 8 KiB, Envoy 60 KiB; cookies and tokens grow.
constexpr std::size_t max_head_bytes = 64 * kib;
// What the configuration may raise it to: a head is held in memory for each connection.
constexpr std::size_t max_head_bytes_ceiling = 1 * mib;
// Fields in one head. Apache stops at 100 lines; CVE-2026-47774 shows why bytes alone do not
// suffice.
constexpr std::size_t max_fields = 256;
// The request target. RFC 9112, 3 asks for at least 8000; what is longer gets a 414.
constexpr std::size_t max_target_bytes = 16 * kib;
// A chunk line with its extensions; both are dropped on forwarding, so nobody needs more.
constexpr std::size_t max_chunk_line_bytes = 256;
// Hexadecimal digits of a chunk size: 2^64 has 16, leading zeros count.
constexpr std::size_t max_chunk_size_digits = 16;
// Decimal digits of a Content-Length: 2^62 has 19.
constexpr std::size_t max_length_digits = 19;
// A length above 2^62 is an attack on somebody's arithmetic, not a body.
constexpr std::uint64_t max_body_length = std::uint64_t{1} << 62;
// Trailers are rare and small.
constexpr std::size_t max_trailer_bytes = 8 * kib;
// Interim (1xx) answers before the final one: a loop of them is not an answer.
constexpr unsigned max_informational = 16;
// Decoded bytes of one compressed body at most: 32 times the compared size, against bombs.
constexpr std::size_t max_decoded_bytes = 32 * mib;
// Statuses have three digits; those above 599 are passed on, some large sites use them.
constexpr unsigned min_status = 100;
// A head that had to be collected from several reads keeps at most this much memory for the next
// one.
constexpr std::size_t kept_head_bytes = 4 * kib;
// Room that a head starts with: most have fewer and longer fields, so one allocation does, and one
// of those sizes that allocators have at hand.
constexpr std::size_t usual_field_bytes = kib / 2;
constexpr std::size_t usual_line_bytes = 32;
// Decoders write this much at a time, so that a limit on their output is seen soon.
constexpr std::size_t decode_step_bytes = 16 * kib;
// Windows of zstd up to 8 MiB, as RFC 9659 asks of everybody.
constexpr int max_zstd_window_log = 23;
// Content codings applied one after the other. Two is already odd.
constexpr std::size_t max_codings = 3;

// --- Sockets -------------------------------------------------------------------------------------

// One read: large enough for a fast stream, or a body of 64 KiB and its head; small enough for the
// cache.
constexpr std::size_t read_bytes = 128 * kib;
// Bytes queued on one socket before its source is told to pause, and before it may go on.
constexpr std::size_t high_water_bytes = 256 * kib;
constexpr std::size_t low_water_bytes = 64 * kib;
// Write requests at rest in one loop, and what each may keep of its memory: 4 MiB a loop at most.
constexpr std::size_t kept_write_requests = 64;
constexpr std::size_t kept_write_bytes = 64 * kib;
// Parsers of requests at rest in one worker: as many as may read at the same moment on a busy one.
constexpr std::size_t kept_parsers = 64;
// How long we go on reading after an early answer and close, between two reads and altogether, so
// that the answer is not reset away (RFC 9112, 9.6). Many clients look for an answer only after the
// last byte of a large upload; nginx waits for them as long.
constexpr Duration linger_timeout = 2s;
constexpr Duration linger_time = 30s;
// The kernel's queue of connections not yet accepted.
constexpr int listen_backlog = 4096;
// Connections taken from one listener before everybody else has a turn.
constexpr unsigned accepts_per_turn = 64;
// Out of descriptors: until accepting is tried again. Waiting clients hardly notice, the CPU does.
constexpr Duration accept_retry_pause = 100ms;
// The most plaintext that one TLS record can hold (RFC 8446, 5.1).
constexpr std::size_t tls_record_bytes = 16 * kib;
// What a peer can make us say after a TLS handshake without asking for anything of HTTP: answers to
// attempts to renegotiate, a few dozen bytes each.
constexpr std::size_t max_tls_reply_bytes = 1 * kib;
// Sessions of one TLS server kept by one loop, and by one connection: each shortens one handshake.
constexpr std::size_t max_tls_sessions = 8;
// After this time a new key seals session tickets; the one before it opens for one time more.
constexpr Duration ticket_key_period = 1h;
// A PROXY header of version 1 with its line end, as its specification has it.
constexpr std::size_t max_proxy_line_bytes = 107;
// One of version 2 with everything that is skipped in it: names and certificates' subjects fit.
constexpr std::size_t max_proxy_header_bytes = 4 * kib;
// Until the same failure of TLS with an upstream is told on stderr again: it may be every
// request's.
constexpr Duration tls_warning_pause = 60s;
// From accept to the end of PROXY header and TLS handshake. HAProxy and nginx wait as long and
// longer; a phone on a bad line needs seconds.
constexpr Duration handshake_timeout = 10s;
// Descriptors kept free for log segments, resolver, reload and whoever looks after the process.
constexpr std::size_t descriptor_reserve = 256;
// For so many there is room from the start, at 8 bytes each of the kernel's memory; see
// reserve_descriptors().
constexpr std::size_t reserved_descriptors = 64 * kib;
// What a process and each of its loops hold open besides connections: standard streams, log,
// signals; an epoll, an event and what libuv keeps.
constexpr std::size_t process_descriptors = 16;
constexpr std::size_t loop_descriptors = 6;
// Memory at the worst, for a process whose address space is limited: of the program with its
// libraries, the log's queue and one comparison; of a thread's stack; and of a client connection
// with its queues in both directions, a head, and room for strings that grow by doubling.
constexpr std::size_t process_bytes = 96 * mib;
constexpr std::size_t thread_bytes = 9 * mib;
constexpr std::size_t connection_bytes = 1 * mib;
// Blocks up to this size come from the heap: a body that is kept, and room to spare. As much of it
// stays when it is free as a shadow may hold by default: with less, bodies of 1 MiB in flight give
// it back and fault it in again.
constexpr int heap_block_bytes = 4 * mib;
constexpr int kept_heap_bytes = 64 * mib;
// A thread's heap is made writable at once and not page by page as it grows: that takes the lock of
// the process's memory map, and a worker would wait for it while a backstage thread that is in its
// turn has no processor. It is only memory when it is used. Less than glibc puts into one heap (64
// MiB): else those that are empty again would be kept for ever.
constexpr int heap_bytes = 48 * mib;

// --- Live path -----------------------------------------------------------------------------------

constexpr Duration header_timeout = 10s;
constexpr Duration body_timeout = 30s;
// Bytes a second that a client must send of a body or take of an answer, judged over body_timeout:
// else a byte now and then holds a connection for ever. Kestrel and IIS ask for as much, Apache's
// mod_reqtimeout for 500.
constexpr std::size_t min_body_rate = 240;
constexpr Duration keepalive_timeout = 75s;
constexpr Duration drain_timeout = 30s;
// When the service stops, what a connection that was just accepted gets for its first bytes: they
// are on their way in most cases.
constexpr Duration first_request_grace = 250ms;
// When another process takes over, how long idle connections are kept so that their next request is
// answered with Connection: close, instead of meeting a closed connection.
constexpr Duration handover_idle_grace = 10s;
constexpr Duration connect_timeout = 2s;
constexpr Duration primary_timeout = 60s;
constexpr Duration primary_idle_timeout = 60s;
// Tunnels (upgrades) are ended after this silence in both directions.
constexpr Duration tunnel_idle_timeout = 1h;
// Idle connections kept for reuse, per upstream and loop, and for how long: shorter than the 60 s
// and 75 s after which Apache-like and nginx-like servers close them.
constexpr std::size_t max_idle_connections = 256;
constexpr Duration upstream_idle_timeout = 30s;
// Between two look-ups of an upstream's name; after a failure from the second one on, doubled up to
// that.
constexpr Duration resolve_interval = 30s;
constexpr Duration resolve_retry = 1s;
// How long a start or a reload waits for the first look-ups: enough for a healthy name server.
constexpr Duration resolve_patience = 3s;
// What a new process gets to become ready before the old one goes on without it: names, log and
// certificates included.
constexpr Duration successor_patience = 30s;
// Sockets taken over from another process: max_listeners, each with one for every worker.
constexpr std::uint64_t max_inherited_sockets = 64 * 256;
// Configurations alive at once: the one in force and those whose last requests still run, each with
// backstage threads of its own. A reload beyond it is refused.
constexpr std::size_t max_generations = 8;
// Worker and backstage loops: more than this is a typing error.
constexpr unsigned max_loops = 256;

// --- Shadows -------------------------------------------------------------------------------------

constexpr Duration shadow_timeout = 5s;
constexpr std::size_t max_shadows = 16;
constexpr std::uint32_t shadow_max_inflight = 256;
constexpr std::size_t shadow_max_body_bytes = 1 * mib;
constexpr std::size_t shadow_max_memory_bytes = 64 * mib;
// Messages waiting between the stages for one worker: at 20,000 requests/s about 0.2 s.
constexpr std::size_t handoff_queue_messages = 4096;
// How long messages that the backstage has read keep their memory when a worker has nothing else to
// do, and how many it frees at once, then or when a budget has no room without: live requests that
// come meanwhile wait for some 0.1 ms.
constexpr Duration recycle_period = 100ms;
constexpr std::size_t recycled_at_once = 1024;
// Sessions of which a shadow lacks a write, at 8 bytes each: a busy day of a large shop. And how
// long one counts as such: a visit has ended by then, and what it wrote is seldom asked for.
constexpr std::size_t tainted_sessions = 256 * kib;
constexpr Duration taint_lifetime = 24h;
// Nice value of the backstage threads: the lowest, so that a full machine drops copies and live
// requests keep what they would have without a shadow.
constexpr int backstage_nice = 19;

// --- Comparing -----------------------------------------------------------------------------------

// Bodies are compared as trees up to here.
constexpr std::size_t diff_max_body_bytes = 1 * mib;
// Blocks of larger bodies: 8 KiB of hashes for each side, first blocks of 64 KiB.
constexpr std::size_t hash_part_bytes = 64 * kib;
constexpr std::size_t max_hash_blocks = 1024;  // even: neighbours merge
// JSON nesting; simdjson's own limit.
constexpr std::size_t max_json_depth = 1024;
// Elements around one of XML or HTML: libxml2 stops XML at 256; pages have some 30. Each makes at
// most two levels of the JSON that they are told as.
constexpr std::size_t max_markup_depth = 250;
// Attributes of one tag: libxml2 takes a time that grows with the square of their number.
constexpr std::size_t max_tag_attributes = 1000;
// How often HTML is read over, on average, when its tags are looked for: usual is less than twice.
constexpr std::size_t markup_scans = 8;
// Differences kept for one pair; a pair with more says so. A page of noisy figures has some hundred
// places, and what is the shadow's may stand behind them. Of one generalized place, kind and class
// fewer: what is noise in each of a hundred items, or a regression, shows in some of them.
constexpr std::size_t max_differences = 500;
constexpr std::size_t max_differences_of_a_sort = 8;
// From so many on only the first of a sort is kept.
constexpr std::size_t crowded_differences = 50;
// Of these, what a record shows.
constexpr std::size_t max_recorded_differences = 100;
// Differences that are looked at, most of them for less than half a microsecond: noise in each of
// some thousand items does not hide what stands behind them, and costs some milliseconds.
constexpr std::size_t max_differences_seen = 20'000;
// Bytes kept of each value in a record.
constexpr std::size_t max_value_bytes = 256;
// Bytes of one place: a member name may be as long as the body.
constexpr std::size_t max_place_bytes = 1024;
// Names in an answer's Vary by which its requests are told apart; browsers' and frameworks' have
// some three.
constexpr std::size_t max_vary_names = 16;
// Cells of all alignment tables (array elements or lines) of one pair together, and steps of the
// search for few edits where a table would be too large: beyond it, elements that occur once are
// anchors, and between them pairing is by position.
constexpr std::size_t max_alignment_cells = 1'000'000;
// Of values that differ, how long they may be for it to be asked whether a server makes them anew
// each time: signed URLs, policies with a nonce and lines of a page fit.
constexpr std::size_t max_classified_bytes = 4 * kib;
// How far from its request a moment in an answer may be and count as made for it: tokens expire
// after an hour, a day, two days. A zone that is not looked at is room for some hours.
constexpr Duration moment_window = 72h;
// How far apart the moments in both answers may be: what a shadow may take by default
// (shadow_timeout). Time zones are a quarter of an hour apart, lifetimes differ by half a minute.
constexpr Duration moment_gap = 5s;

// Severity is told by what the primary's answers have in common (diff::Contract): endpoints, apart
// by class of status, and places of one backstage loop, some 150 bytes each. What comes later is
// told by the kind of the difference alone.
constexpr std::size_t max_contracts = 2000;
constexpr std::size_t max_contract_places = 50'000;
// The first answers of each are all looked at: some milliseconds at the worst. Larger bodies, and
// what stands behind so many values of one, are not.
constexpr std::uint32_t contract_first_answers = 64;
constexpr std::size_t contract_max_body_bytes = 256 * kib;
constexpr std::size_t contract_max_values = 20'000;

// Words of paths that are names of items are learnt from answers that look alike: so many names of
// endpoints of one backstage loop are known, a KiB each at most; what comes later stands under its
// own name. An answer's look is told by so many of its places: the estimate is right to some 6 %.
constexpr std::size_t max_learnt_endpoints = 2000;
constexpr std::size_t max_learnt_templates = 200;
constexpr std::size_t outline_places = 64;
// So many endpoints that differ in one word and answer alike are one. An API seldom has so many
// resources of one form beside each other.
constexpr std::size_t learnt_siblings = 6;
// Longer paths, and those of more segments, are left as they are: what a window says of renamed
// endpoints is a MiB at most, beside max_window_bytes.
constexpr std::size_t learnt_path_bytes = 256;
constexpr std::size_t learnt_path_segments = 16;

// --- Noise ---------------------------------------------------------------------------------------

// Requests to the reference by one backstage loop: what a primary that is asked again does not feel
// beside traffic that is worth a shadow.
constexpr std::uint32_t reference_per_second = 50;
// The first copies of each endpoint that the reference gets whatever its share is: enough to be
// certain of what differs each time, and to know noise that is there in one answer of ten.
constexpr std::uint32_t first_references = 64;
// Its connections from one loop, and so its requests under way: beyond it, exchanges go without.
constexpr std::size_t reference_max_connections = 64;
constexpr Duration reference_warning_pause = 60s;
// Places of one backstage loop about which something is learnt, and for each of them the requests
// whose answers are remembered: 24 bytes each. What comes later is judged by itself alone.
constexpr std::size_t max_learnt_places = 10'000;
constexpr std::size_t learnt_requests = 64;
// What may be wrong among what is reported, and the difference in frequency that matters to nobody.
constexpr double noise_alpha = 0.05;
constexpr double noise_effect_floor = 0.0003;

// A difference is looked at again after this time: a cache has been filled by then, a failover is
// over, and what was asked about is still there.
constexpr Duration recheck_delay = 1s;
// So many requests are asked again in a second by one backstage loop: a primary does not feel it,
// and the signatures of a new version are through in minutes.
constexpr std::uint32_t rechecks_per_second = 1;
// Requests of one backstage loop that wait to be asked again, or for their answers: beyond it, the
// next one of the same signature has to do.
constexpr std::size_t max_rechecks = 16;
// From one re-check of a signature to the next: doubled each time, up to the longest. Some show how
// steady it is; more of them say nothing new.
constexpr Duration recheck_pause = 10s;
constexpr Duration recheck_longest_pause = 10min;
// Signatures of one backstage loop whose re-checks are remembered; beyond it all are forgotten.
constexpr std::size_t max_rechecked_signatures = 2000;

// --- Configuration -------------------------------------------------------------------------------

// A configuration file. Thousands of rules fit; a log given by mistake does not.
constexpr std::size_t max_config_bytes = 1 * mib;
// The longest wait that can be configured: beyond it, "no limit" was meant, and there is none.
constexpr Duration max_configured_wait = 24h;
// Entries of one list or of one repeated table in the configuration.
constexpr std::size_t max_config_entries = 1000;
// Files of rules that one configuration names; each is read at start and reload.
constexpr std::size_t max_rule_files = 16;
// Days that a difference may be accepted for from now on: what shall stay longer has no end.
constexpr std::uint64_t max_accepted_days = 3650;
// Listening addresses; each takes a descriptor for every worker.
constexpr std::size_t max_listeners = 64;
// Bytes of a name, a header or any other text in the configuration.
constexpr std::size_t max_config_text_bytes = 4 * kib;
// Counts (connections, copies in flight, examples): beyond it the number is a typing error.
constexpr std::uint32_t max_configured_count = 10'000'000;
// Sizes: the same for one body or for the memory of one shadow, and for what the log keeps.
constexpr std::size_t max_configured_memory = 64 * gib;
constexpr std::size_t max_configured_disk = 1024 * 1024 * gib;
// A log segment smaller than this would be mostly file names.
constexpr std::size_t min_segment_bytes = 64 * kib;
// Words longer than this are not compared when something similar is suggested.
constexpr std::size_t max_suggestion_bytes = 64;

// --- Log -----------------------------------------------------------------------------------------

constexpr std::size_t segment_bytes = 64 * mib;
constexpr std::size_t keep_bytes = 4 * gib;
constexpr std::uint32_t examples_per_signature = 100;
// Records waiting for the writer's thread; beyond it they are dropped and counted.
constexpr std::size_t writer_queue_bytes = 16 * mib;
constexpr Duration window_period = 10s;
// What takes longer counts as this long, so that a log's figures can be added and multiplied.
constexpr Duration longest_latency = 24h * 365;
// Distinct endpoints, and signatures and places, counted in one window; the rest is summed up as
// one.
constexpr std::size_t max_window_endpoints = 1000;
constexpr std::size_t max_window_signatures = 2000;
constexpr std::size_t max_window_places = 5000;
// Names, places and histograms of one window as text; what comes later is summed up as one. A line
// of this size still fits into the writer's queue beside the examples.
constexpr std::size_t max_window_bytes = 6 * mib;
// Of the writer's queue, what examples may fill: windows carry the figures and find room behind
// them.
constexpr std::size_t writer_example_bytes = 8 * mib;
// After a failed write, until the next attempt: a full disk is not asked for each record.
constexpr Duration log_retry_pause = 1s;
// One line of the log that a reader is willing to hold.
constexpr std::size_t max_record_bytes = 16 * mib;

// --- Report --------------------------------------------------------------------------------------

// One read of a log: large enough to cost nothing, small enough for the cache.
constexpr std::size_t log_read_bytes = 1 * mib;
// Distinct endpoints, places and signatures of one report; the rest is summed up as one. Also the
// signatures and reasons of which the place of an example is remembered.
constexpr std::size_t max_report_entries = 20'000;
// Where endpoints turned out to be one, an example is looked for under so many earlier signatures.
constexpr std::size_t max_earlier_ids = 16;
// When a signature was seen is kept as counts for at most so many stretches of time: 1 KiB for each
// signature and endpoint.
constexpr std::size_t timeline_buckets = 64;
// The chance that what goes on as before looks new, or over, for once: it is called so below that.
constexpr double life_chance = 0.01;
// Rows of each table, signatures, and differences of an example, unless all are asked for.
constexpr std::size_t report_rows = 12;
constexpr std::size_t report_signatures = 8;
constexpr std::size_t report_differences = 5;
// Signatures with an example in a report that shows all of them: each is read and held.
constexpr std::size_t report_examples = 200;
// The page shows more than a terminal, and stays below some MiB: rows of each table, differences of
// an example (of each twice max_value_bytes), columns of a place, and columns of a histogram.
constexpr std::size_t page_rows = 500;
constexpr std::size_t page_differences = 20;
constexpr std::size_t page_place_columns = 160;
constexpr std::size_t page_bins = 64;
// Of these many signatures, the examples are unfolded when a page is opened.
constexpr std::size_t page_unfolded = 8;
// Words of two values that are compared to mark where they differ: most of max_value_bytes.
constexpr std::size_t max_marked_words = 256;
// What list shows when nothing else is asked for.
constexpr std::size_t list_rows = 50;
// Ids named when several begin as the one that was asked for.
constexpr std::size_t max_ambiguous_ids = 5;
// Narrower than this nothing can be laid out; wider lines tire the eye.
constexpr std::size_t min_report_width = 72;
constexpr std::size_t max_report_width = 160;
// From here on there is room for more than the necessary.
constexpr std::size_t wide_report_width = 100;
// Reading a log says how far it is only when it takes longer than a moment.
constexpr Duration progress_delay = 500ms;
// How often a log is looked at that others are writing.
constexpr Duration log_poll_period = 200ms;

// --- Verdict -------------------------------------------------------------------------------------

// With 100 requests compared and none different, more than 3 % differ with a chance below 5 %.
constexpr std::uint64_t verdict_min_requests = 100;
// Of one endpoint, to say by its median that it became slow: half of them would have to be.
constexpr std::uint64_t verdict_min_endpoint_requests = 30;
// Of the mirrored requests, what may have no comparison before the rest says too little.
constexpr double verdict_max_not_compared = 0.10;
// Of the mirrored requests, what the shadow may leave without a whole answer.
constexpr double verdict_max_shadow_failed = 0.01;
// The shadow is slower when a high percentile is worse by both.
constexpr double verdict_max_latency_ratio = 1.25;
constexpr Duration verdict_max_latency_excess = 10ms;

}  // namespace understudy::limits
