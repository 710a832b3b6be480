//! replyd: a mail daemon that answers. This page is the architecture; `smtpd.toml` says every setting, `README.md` how to
//! begin.
//!
//! # The straight line
//!
//! One message takes one way through the house. Each arrow is a call or a claimed job; nothing reaches back, and between
//! the three stretches there is only the store.
//!
//! ```text
//! arriving     smtp::server → session → body → intake::Line::receive
//!                  intake::Judge          auth: who wrote it · mime: what it says · conversation: what kind, what to look for
//!                  store.accept           conversation::file decides inside the write               ← the one write
//!              Accepted → 250 2.0.0 Ok: queued as ID
//!
//! answering    agent::Autopilot → store.claim(Answer)
//!                  handoff::gate: requests, hours, topics, anger → people have it, or
//!                  answerer: built in, or chat (a model and its tools), over knowledge → Thought, with its Notes
//!                  autopilot::judge: output holds every sentence against what carries it → Approval
//!                  outbound::Writer: compose → store.reply, or store.hand_off with the reason, and the run ← the one write
//!              a person: web::login or the control socket says who → web::inbox, or a program → web::api → Approval → outbound::Writer
//!              a tool that a person must let run: store.hand_off keeps the call → store.rule → the answer is due again, and
//!                  the run that takes it up makes the call, once
//!
//! leaving      outbound::Queue → store.claim(Deliver)      who is suppressed is refused here
//!                  sign → Signed → route → deliver → Outcome
//!                  store.settle           done, later or given up                                    ← the one write
//!              a person: queue retry, drop, recall, edit → store.steer                               ← the one write
//!              what comes back to the envelope sender arrives like any mail: store.accept writes it to the letter
//! ```
//!
//! To read the code along it: `intake.rs`, `store/accepting.rs`, `agent/run.rs`, `outbound/writer.rs`, `outbound/queue.rs`.
//!
//! # The rooms
//!
//! | room | is for | may use |
//! |---|---|---|
//! | [`types`] | ids, addresses, envelopes, levels, the three proofs, the clock | nothing |
//! | [`config`] | `smtpd.toml`, read once, every mistake at once | types |
//! | [`mime`] | bytes to a mail: caps, charsets, text, attachments | types |
//! | [`rendering`] | a mail as a page that is safe to look at | types, mime |
//! | [`fetch`] | the one way in which we ask something of the web, guarded | types |
//! | [`attachments`] | what was attached: what it is, kept by content, its text from a process that may do nothing | types, config, mime |
//! | [`conversation`] | where a mail belongs, what kind it is, what in it is new | types, mime |
//! | [`smtp`] | the door: a session that is handed bytes, and three files with sockets | types, config |
//! | [`auth`] | SPF, DKIM, DMARC, ARC and the level that follows | types, config, mime |
//! | [`store`] | the journal, its index, and whole operations on them | types, config, mime, conversation |
//! | [`observability`] | logging, one function for each event of a mail | types, config, conversation, store |
//! | [`outbound`] | writing, signing, routing and delivering letters | the above but smtp, auth and observability |
//! | [`agent`] | claim, think, judge, send or hand over | store and below, fetch, the writer of outbound, observability |
//! | [`setup`] | destinations, domains and their DNS rows, edits of the configuration | types, config, store, DKIM keys, whether SPF lets a host send |
//! | [`people`] | who works here: accounts, logins, keys, and who may do what | types, config, store |
//! | [`search`] | words, contacts and names of files in conversations, found in `DATA/search` | types, config, mime, conversation, store |
//! | [`webhooks`] | tells other systems what happens, signed, until they took it | types, store, fetch |
//! | [`web`] | the inbox and the API | all of the above but smtp and auth |
//! | [`intake`] | the inbound line: joins smtp, auth, mime, conversation, store | those, setup, observability |
//! | [`playground`] | customers, forwarders and DNS for the demo and tests | types, config, smtp |
//! | [`daemon`], [`cli`] | wiring; one file a command | everything |
//!
//! `tests/tidy.rs` holds every `use crate::` to this table (the exact one stands there), and the following to their places.
//!
//! # What always holds
//!
//! - **250 means kept.** `Accepted` is made only by the store, after the journal is durable; without one the session cannot
//!   say 250. Each accepted mail is in exactly one visible place for each address: a conversation, held, ignored with a
//!   reason, or noted as a duplicate. `replyd verify` counts that it adds up.
//! - **Three proofs.** Besides `Accepted`: `Approval`, made by `agent::autopilot` or where a person has shown who they are,
//!   and needed to compose; `Signed`, made by `outbound::sign`, and needed to deliver. Each maker is named in one room.
//! - **One place says who may.** `people::Actor` by address and verb; `web/finding.rs` gives a row only to who names both (S-26).
//! - **Purity.** `mime`, `conversation` and the session of `smtp` read no clock, network or file; time, randomness and what
//!   the store found come in as arguments. So the store can decide where a mail belongs inside its own write.
//! - **Only one room names it.** sled: `store`. mail-parser: `mime`. pdf-extract: `attachments`. Three-digit codes: `smtp/reply.rs`. Sockets for
//!   mail: `smtp` and `outbound`. Standard output: `cli`. lettre's connection pool: nobody.
//! - **The journal is the truth.** One record is one whole operation. The index is never more than what the journal says, is
//!   compared by `verify --rebuild`, and made again without a word when it is missing or broken.
//! - **Bounds.** Every wait has a deadline, every queue a length, every loop an end, and the number has a name. Nothing
//!   slower than DNS stands before a 250, and DNS has ten seconds.
//! - **Sent is said after a 250 only.** How far a letter got stands with each recipient, in the far side's words; where nobody
//!   knows it says so. What is claimed can no longer be recalled, and what is recalled is never claimed: the committer decides.
//! - **Suppressed by proof only.** An address is not written to any more because of what carries our MAC, of its own server's
//!   word to our RCPT, or of a person; who, what and when stand with it, and a person takes it off.
//! - **Every run is kept.** What the AI was shown, asked, called and decided, and what it cost, stands in the record of its letter
//!   or hand-off. A tool that changes something is in the journal before it is called: no crash has it called twice. Texts of
//!   prompts never stand there, for they are to end: a hash does, and the text lies beside it for its days, if at all.
//! - **Published is said by a person.** What answers customers of an article is the version that somebody published; newer ones wait
//!   beside it. Each version stays in the journal, and a rollback is a new one.
//! - **Notes stay in the house.** What people write for each other is an entry that no letter quotes and no AI is shown.
//! - **A block counts by proof.** Who is blocked and proves to be themselves is held, where a person sees it; whoever only writes their
//!   name into From changes nothing for anybody.
//! - **Silence is a bug.** What fails comes to rest where a person sees it, with a reason in words.
//!
//! # Where the build differs from the first plan
//!
//! - `config` is a leaf that any room may read: each takes its own section, and no second set of settings is kept in step.
//! - `playground` is a room that ships. `demo` needs a real provider, customer and DNS zone over loopback, and so do the
//!   tests; one set of them is better than two.
//! - `web` has one router: on the control socket, where everybody is the operator, and over TCP behind a front door
//!   (`web/login/door.rs`) that says who asks. Commands use it over the socket while the daemon runs, in their own process when it does
//!   not; and the pages of the inbox do things by asking it too (`web/inbox/desk.rs`). There is no second way to the data.
//! - A page is made live by being asked for again: an event says only that something changed (`store/changes.rs`), and the parts of the
//!   page that are different are put in. So nothing is shown that a reload would not show, and no page has a second form in JavaScript.
//! - Who is on a page, tries of logins, the pace of keys and answers kept for idempotency keys are in memory only.
//! - Views are lists of keys in the index (`store/lists.rs`), so that a page costs what it shows; what words find is an index of its own
//!   (`DATA/search`), which follows the store and may be deleted.
//! - What was put off is a list by time that is looked at every second (`daemon/waking.rs`), not a job: it holds nothing but a moment.
//! - A redacted message keeps a row with new words, and every reader comes to those; the octets as they came stay in the segments of the
//!   journal, which is never written twice, and the answer says so.
//! - `auth` asks DNS itself, through a cache of its own that also remembers absences and trouble, and hands mail-auth what it
//!   found: the library would ask again for every mail.
//! - SPF is our own (`auth/spf`): mail-auth answers 51 of the 203 cases of the public suite otherwise than RFC 7208.
//! - The organizational domain is found by walking up the DNS tree (RFC 9989); there is no public suffix list to grow old.
//! - `observability` stands above `store`: its functions take the rows that were kept, so that a line cannot say otherwise.
//! - A conversation's level is the highest that its contact *proved* (0 to 3). A reply key raises the mail that carries it to
//!   4, not the conversation: else her next mail, with the number alone, would stay outside.
//! - The index gathers what it is told (`store/recent.rs`), and a thread beside the committer hands sled some four thousand
//!   keys at a time (`store/upkeep.rs`): sled writes its log twice for every batch, however small, and answers nothing
//!   meanwhile. Reads look at what is gathered first, and a filter of keys that sled surely lacks (`store/absent.rs`) spares
//!   most decisions the question. A crash only makes the next start replay more.
//! - Which job is next is kept in memory too (`store/agenda.rs`), read from the index when first asked: the keys before it are
//!   those of jobs just done, and deliveries stand in a line for each domain, so that a busy one is passed over at once.
//! - Connections are not pooled: a lane (`outbound/lanes.rs`) sends what is due for one domain behind one another over one
//!   connection and ends with it. What a claim is for is known when it is made, so nothing waits claimed in memory, and a crash
//!   leaves no letter in doubt but those on a wire.
//! - The brakes stand in `agent`, not in `conversation`: they count letters, which only the store and the agent know.
//! - The list of forwarders stands in `config`: an administrator's `[[forwarder]]` changes it key by key.
//! - `outbound::Writer` writes letters for the AI and for people alike; what differs is who holds the `Approval`.
//! - On the destination without a key, the first registered address in the headers that has not had the mail gets it.
//! - Whether DNSSEC proves an answer is the resolver's word (`outbound/dnssec.rs`), believed from this machine only: to look at the
//!   signatures again in our process would double what a resolver does that DANE needs in any case.
//! - Which keys of a domain sign stands beside the keys, in the data folder, once they have been rotated: the daemon, which lets the
//!   next ones sign when DNS shows their rows, may not write `smtpd.toml`. What DNS said last lies there too and not in the journal:
//!   it is found out anew by asking.
//! - Envelope senders are keyed by the ring of the reply keys, so that one rotation replaces both. MAIL FROM is at our host name,
//!   where reports surely come back; on a smarthost it is From unless the configuration says otherwise.
//! - A report of a failure with a code of class 4 is final: whoever writes it has given up, and the code tells why.
//! - The number stands in subjects before the title, not behind it: there it is no part of the base subject (RFC 5256), by which
//!   Gmail and others thread.
//! - Rendering has two sanitisers one behind the other: ammonia's cost grows with the square of nesting, so that a linear pass
//!   of our own comes first, and once there it may as well write only what it knows.
//! - Words that only Outlook hides (`mso-hide`) count as seen: buttons are made that way for everybody else.
//! - Budgets count by days and months of the calendar, the brakes by the last hours: money is billed so, and a sum for each day is
//!   one look however much was thought. They are added up in the index as runs are written.
//! - A number that is masked has no way back: a model sees its last four digits, and an answer that repeats a mask goes to a person.
//! - Arguments of tools are held to a JSON Schema of our own reading (`config/tools/schema.rs`): libraries of it take patterns (S-17), and
//!   objects that may hold anything. MCP is spoken by our own few lines, over `fetch` or to a program
//!   that `smtpd.toml` names by its whole path (`agent/tools/pipe.rs`): many servers are nothing else, and what is named there by hand may run.
//! - The journal has two homes so far, segments and memory. The shared one is planned.
//! - PDFs among the pages of knowledge are read as attachments are; `daemon` hands `agent` the function that starts the process, so
//!   that `agent` need not know the room.
//! - What is redacted has new octets in a new record, to which every reader comes; what was derived goes. The old octets stay in the
//!   journal's segments, which are never rewritten, until these can be: `store/verbs/redacting.rs`.
//! - What was put off wakes by a list in the index that the daemon looks at every second, and not by a job: nobody works on it, so
//!   that nothing can be claimed and lost.
//! - Attachments are files by content, but no truth: `DATA/attachments` is made from the journal when somebody first opens or
//!   reads one, and again when a file is missing or not its hash. It may be deleted, and backups may leave it out.
//! - What pages mean, where a model says it, lies in `DATA/meanings`, is learned beside the answers, and joins the order of words by
//!   places (`agent/knowledge/fused.rs`). It never counts as support: near is not the same as said.
//! - What a website said lies in `DATA/sites`, a file a site, and not in the journal: it may be deleted and is crawled anew. A page
//!   leaves it only when the site itself says so, never because something failed. robots.txt is read by our own (`agent/knowledge/site/robots.rs`):
//!   the libraries of it bring engines of patterns (S-17).
//! - The text of an attachment is read by our own program, started anew with limits of its own and a filter on system calls
//!   (`attachments/extract`): that works without rights, containers or another package, where user namespaces often do not.
//!
//! # Known attacks
//!
//! What happened to others, the code that answers it here, and the test that stands guard. "Issue n" says what is not done
//! yet; the whole of a row is done only where none is named. Paths are in `src/`.
//!
//! | id | attack | answered in | guarded by | open |
//! |---|---|---|---|---|
//! | S-01 | a guessed reply address and a forged From join a ticket | `conversation/file.rs`, `conversation/reply_key.rs`: a key proposes, level and From decide; `store/participants.rs`, `conversation/naming.rs`: only a proved mail of who takes part brings others in, by signed fields; `outbound/compose.rs`: they are quoted nothing older; `conversation/one_time.rs`, `store/codes.rs`: a one-time code counts from the contact only, in their own new words, once, in time, after four wrong ones at most | `s01_ten_thousand_mails_join_what_they_may_and_nothing_else`, `s01_no_key_lets_a_stranger_in`, `s01_only_a_proved_mail_of_who_takes_part_brings_others_in`, `s01_a_field_that_the_writers_signature_leaves_open_names_nobody`, `s01_who_takes_part_since_later_is_not_quoted_what_is_older`, `what_was_asked_goes_on_when_the_code_was_shown_s01`, `wrong_codes_end_it_and_the_right_one_counts_no_more_s01`, `only_the_contact_shows_it_in_new_words_in_time_and_here_s01`, `the_code_of_another_conversation_is_a_wrong_one_s01`, `a_code_is_used_once_and_counts_for_a_day_s01`, `five_wrong_codes_give_it_to_a_person_and_the_right_one_comes_too_late_s01` | |
//! | S-02 | codes mailed to the support address are read by others | `conversation/class/codes.rs`, `conversation/file.rs`: codes and links of other services are held, join nothing, and no AI sees them; confirmations of forwarding need an aligned signature; reports join by reply key only; customers have no page | `s02_codes_and_links_of_other_services_are_told_in_fifty_shapes`, `s02_a_code_of_another_service_joins_nothing_whatever_it_names`, `s02_codes_sent_to_us_wait_for_the_owners_of_the_address`, `s02_a_forwarding_confirmation_and_an_own_echo_open_nothing`, `a_report_joins_by_reply_key_only`, `held_mail_is_looked_at_by_who_may_release_s02` | |
//! | S-03 | ids in headers trusted without their MAC | `conversation/reply_key.rs`, `conversation/verp.rs`, `conversation/routing.rs`: MAC compared in constant time; `conversation/reported.rs`, `store/reports.rs`: a report is about the recipient whose envelope sender it came to, and suppresses nobody else | `s03_any_changed_octet_makes_it_worthless`, `s03_an_address_with_our_reply_key_is_ours_and_with_any_other_is_nobodys`, `s03_the_mac_of_one_conversation_or_letter_fits_no_other`, `s03_a_key_without_its_mac_or_with_more_parts_is_none`, `after_a_rotation_the_new_key_writes_and_the_old_one_reads_until_it_is_removed`, `a_key_changed_anywhere_is_nobodys`, `s03_any_changed_octet_of_an_envelope_sender_makes_it_nobodys`, `s03_the_mac_of_one_delivery_fits_no_other`, `a_forged_report_that_knows_the_message_id_suppresses_nobody`; measured by `s03_timing_of_wrong_reply_keys` | |
//! | S-04 | From lines that two readers take two ways | `mime/from_line.rs` reads From a second time; `auth/check.rs` wants exactly one | `s04_no_composition_makes_an_attacker_somebody_else`, `s04_five_thousand_from_lines_are_read_one_way_or_not_at_all`, `s04_no_odd_domain_in_a_signature_speaks_for_another`, `s04_a_from_that_two_readers_could_take_two_ways_is_nobody`, `two_from_are_level_0_even_when_signed` | |
//! | S-05 | layers that read one address differently, names that look like others | `types/address.rs`: one type, parsed once, A-labels must be in their one form; `types/likeness.rs`: look-alikes of our domains and of contacts are told to staff | `s05_two_thousand_nasty_addresses_are_answered_as_they_are_shown_or_not_taken`, `punycode_that_is_none_is_refused_and_what_was_kept_stays_readable`, `s05_a_look_alike_of_our_own_domain_is_noted_where_staff_read_it`, `s05_one_who_only_looks_like_the_contact_opens_and_staff_are_told` | |
//! | S-06 | numbers are guessed | `conversation/file.rs`: a number alone joins nothing; `store/numbers.rs`: they grow, none is given twice; `intake/tries.rs`: wrong ones are counted and braked by sender and peer | `s06_all_ninety_thousand_numbers_from_everybody_join_nothing_and_are_braked`, `s06_a_braked_mail_is_kept_and_says_why_and_honest_customers_go_on`, `s06_a_number_below_the_level_of_the_conversation_does_not_join`, `numbers_grow_before_a_tenth_of_the_short_ones_is_taken` | |
//! | S-07 | `l=`, weak and replayed signatures | `auth/dkim.rs`: strict parse, From and Subject covered, none added, no tag twice; `store/signatures.rs`, `conversation/file.rs`: a signature is remembered for seven days, and mail sent again proves nothing | `whatever_length_is_covered_it_counts_as_none`, `weak_old_and_partial_signatures_are_no_pass`, `the_critical_fields_must_be_signed_and_none_may_be_added`, `a_tag_that_stands_twice_takes_the_signatures_force_and_an_unknown_one_does_not`, `an_added_or_unsigned_subject_takes_the_signatures_force`, `the_same_signed_mail_to_three_recipients`, `the_same_signature_with_an_added_in_reply_to_joins_nothing`, `other_words_under_the_same_signature_join_nothing` | |
//! | S-08 | ARC chains anybody can write, forwarders anybody can use | `auth/arc.rs`: only sealers registered for the address; `auth/forwarded.rs`: only an envelope that names the registered mailbox, from the forwarder's addresses to the secret destination; `auth/group.rs`: only what a registered group signed; mail from our own domains needs their signature | `a_registered_sealer_vouches`, `forged_and_broken_chains_vouch_for_nothing`, `an_envelope_of_another_customer_of_the_forwarder_counts_for_nothing`, `only_the_forwarders_own_results_are_read_and_only_the_topmost`, `a_group_that_can_be_read_in_two_ways_is_held`, `mail_from_a_domain_of_ours_needs_its_signature`, `a_forged_colleague_is_held_with_a_sentence_on_every_road`, `a_colleague_is_not_believed_because_the_group_signed` | |
//! | S-09 | answers used to flood a victim | `agent/brakes.rs`: no AI answer below the policy level; three one-time codes a day to a contact (`agent/code_request.rs`); who lowers it sends one a day to an address, without a word of the asker (`outbound/writer.rs`); budgets per sender, domain and in all; no receipts are sent; `outbound/recipients.rs`: the one place that says who gets a letter | `forged_requests_flood_nobody_s09`, `a_model_that_always_asks_floods_nobody_s09`, `unproven_mail_is_not_answered_s09`, `a_sender_has_its_day_and_a_shorter_one_without_proof_s09`, `nobody_else_gets_a_letter_and_nobody_twice` | |
//! | S-10 | bounces to innocent people | `smtp/reply.rs`, `smtp/session.rs`, `intake.rs`: what cannot be mail for us is refused during SMTP, all else is kept or held; no code writes a bounce | `bad_mail_makes_no_mail_s10`, `only_what_cannot_be_mail_for_us_is_refused_for_good`, `guessing_recipients_ends_the_connection`, `recipients_are_asked_for_and_counted` | |
//! | S-11 | loops | `agent/brakes.rs`: seven brakes, each enough alone; `conversation/class/`, `conversation/bounce/`, `store/accepting.rs`: machines are filed and not answered, own echoes known; `conversation/code_words.rs`: a copy of our letter shows no one-time code; `Auto-Submitted` on what the AI writes | `no_conversation_passes_five_answers_an_hour_or_ten_a_day_s11`, `each_brake_stops_the_loops_alone_s11`, `automatic_mail_is_never_answered_s11`, `our_own_mail_is_known_by_its_mark`, `bounces_of_the_corpus_are_found_and_others_are_not`, `absences_without_any_header_are_told_by_enough_words`, `a_rule_that_answers_is_told_from_one_that_forwards_by_all_its_marks`, `a_machine_that_sends_our_letter_back_shows_no_code_s11` | |
//! | S-12 | a line break in a name becomes a header or a second mail | `outbound/compose.rs`, `outbound/enclosed.rs`: encoded or left out; `outbound/connection.rs`: only whole CRLF lines go on a wire | `nothing_a_sender_wrote_can_add_a_header_or_end_the_message`, `what_would_be_two_messages_is_not_signed`, `a_display_name_cannot_carry_a_line_break_into_a_header`, `no_file_adds_a_header_or_ends_a_part`, `ten_thousand_made_up_letters_are_one_message_each` (commands too), `every_letter_is_ascii_with_short_lines_whoever_it_names` | |
//! | S-13 | SMTP smuggling | `smtp/data.rs`: only CRLF.CRLF ends, bare CR or LF is refused; `smtp/connection.rs`: what follows waits for our reply; `outbound/connection.rs`: what we send is whole CRLF lines, dots doubled | `one_transaction_by_data_is_one_mail_or_none_split_at_every_byte`, `one_transaction_by_bdat_is_one_mail_or_none_split_at_every_byte`, `nothing_but_crlf_dot_crlf_ends_data`, `what_is_pipelined_behind_a_mail_waits_for_our_word`, `every_server_sees_one_message_whatever_ends_a_line_in_it`, `ten_thousand_made_up_letters_are_one_message_each` | |
//! | S-14 | commands injected before STARTTLS | `smtp/inbox.rs`, `smtp/session.rs`: the buffer must be empty and the session is new; `outbound/connection.rs`, `outbound/timed.rs`: the same as a client, behind any reply | `nothing_behind_starttls_is_executed_split_at_every_byte`, `what_stands_behind_starttls_is_never_executed`, `half_a_command_does_not_survive_into_tls`, `tls_forgets_what_was_said_before_it`, `bytes_behind_the_starttls_reply_end_the_attempt_before_anything_is_sent`, `a_server_with_tls_that_fails_anywhere_loses_and_doubles_nothing` | |
//! | S-15 | exhaustion by shape or number | `mime/caps.rs` before parsing, `mime/walk.rs` linear; `smtp/door.rs`, `smtp/spool.rs`: connections and memory are counted; `outbound/timed.rs`: so are the octets of a reply | `twice_as_much_of_anything_costs_twice_as_much_s15_s17`, `a_25_mb_mail_of_attachments_costs_no_memory_to_read_s15`, `reading_a_mail_takes_six_times_its_length_at_once_at_most_s15`, `s15_no_number_in_a_container_costs_more_than_its_octets`, `what_opens_and_never_closes_costs_no_more_than_its_length_s15`, `the_whole_intake_line_costs_no_more_than_a_mails_length_s15`, `mails_of_the_worst_shapes_keep_nobody_elses_mail_out`, `sixty_mib_to_a_limit_of_fifty_are_refused_and_cost_no_memory`; replies without end: `a_server_in_clear_that_fails_anywhere_loses_and_doubles_nothing` | |
//! | S-16 | archives and nesting | no archive of a mail is unpacked, and a sitemap of our own website as far as its bound (`agent/knowledge/site/sitemap.rs`); `mime/walk.rs` opens no enclosed message, `mime/tnef.rs` no container in a container; `attachments/sniff.rs` looks at first octets only; `attachments/extract/confined.rs`: text is read by a process with bounded memory and time and without network, files and children, which `attachments/extract.rs` ends at the deadline | `s16_a_hundred_thousand_messages_inside_one_another`, `an_enclosed_message_is_attached_as_it_is`, `an_archive_of_petabytes_costs_its_octets`, `a_picture_of_65535_squared_costs_its_octets_and_no_more`, `s16_who_is_confined_reaches_no_network_no_file_and_no_process`, `s16_what_reads_is_confined_before_it_reads_an_octet`, `s16_a_file_that_needs_too_much_memory_ends_its_process_only`, `s16_a_file_that_takes_too_long_is_ended_at_the_limit_and_keeps_what_was_read`, `mail_flows_while_attachments_that_never_end_are_read`, `a_bomb_is_unpacked_no_further_than_its_bound` | |
//! | S-17 | hash floods, slow patterns | standard keyed hashes on what comes from outside (`auth/cache.rs`); no patterns run over mail | `twice_as_much_of_anything_costs_twice_as_much_s15_s17` (colliding names, cids), `the_source_is_tidy` (no other hash, no pattern engine) | rules of administrators: there are none yet |
//! | S-18 | DNS made to work for a sender | `auth/dns.rs`, `auth/lookups.rs`, `auth/spf/mod.rs`: a deadline a mail, a number of names a mail, ten terms and two void lookups of SPF, absences and trouble remembered; trouble is never a pass | `whatever_a_senders_dns_does_is_bounded_and_proves_nothing`, `a_hundred_mails_of_a_silent_domain_hold_up_nobody`, `a_sender_cannot_make_us_ask_without_end_nor_hide_a_failure_behind_it`, `two_hundred_signatures_cost_ten_queries`, `dns_trouble_is_never_a_pass_and_never_level_0`, `the_whole_spf_suite_passes` | |
//! | S-19 | scripts in mails run in the inbox | `rendering/rewrite.rs` writes a mail again from names and values it knows, `rendering/policy.rs` has ammonia judge that once more, `rendering/frame.rs` frames it: no script, no form, nothing loaded, an origin of its own; `web/message.rs`: headers and page; `web/inbox`: templates escape whatever they are given, and the policy of `web/login/door.rs` lets nothing run or load but our own; `cli/paint.rs` takes control characters from what a terminal shows | `s19_no_hostile_mail_does_anything_in_our_page_and_frame`, `s19_what_the_sanitiser_leaves_does_nothing_even_where_scripts_may_run`, `the_detector_hears_what_a_mail_must_not_do`, `s19_nothing_that_acts_or_loads_is_left`, `what_loads_computes_escapes_or_leaves_its_place_goes`, `s19_s20_s21_no_hostile_words_do_anything_in_the_inbox`, `a_web_address_is_followed_as_it_is_shown_and_nothing_else_is_markup` | all vectors in every page of the inbox: the test shows a share |
//! | S-20 | attachments that run | nothing of a mail becomes a file name: `attachments/blobs.rs` makes names of hashes; `mime/text.rs` cleans names for the eye, `attachments/names.rs` brings what a download is called into one form and checks it then; `web/attachments.rs`: downloads, never sniffed, sandboxed, of a short list of types; `attachments/warnings.rs` says what is not what it claims and what may run; `web/api.rs` serves raw mail as a download | `s20_no_name_of_a_sender_reaches_the_file_system`, `s20_attachment_names_are_for_the_eye_only`, `file_names_are_read_in_every_way_they_are_written`, `s20_no_name_is_more_than_a_name`, `s20_a_header_is_one_line_of_ascii_whatever_the_name`, `s20_whatever_is_attached_is_served_so_that_no_browser_runs_it`, `what_is_not_what_it_claims_is_told`, `dangerous_names_are_told`, `s19_s20_s21_no_hostile_words_do_anything_in_the_inbox` | an origin of their own: issue 7 |
//! | S-21 | rendering that reads files | `rendering/mod.rs` is pure: pictures are those that the mail carries (`rendering/pictures.rs`), nothing is fetched or read | `pictures_that_the_mail_carries_are_shown_and_others_are_named`, `the_source_is_tidy` (no file, no network in the room), `a_picture_that_a_mail_carries_is_seen_in_its_frame_behind_the_login` | export: issue 7 |
//! | S-22 | words in a mail that steer the AI | `agent/output.rs`: every sentence carried by a passage, places only as pages name them, numbers only from the passage, no secret in any form (`agent/output/secrets.rs`), the customer's language; `outbound/html.rs`: an allow-list; recipients are the conversation's; `agent/chat/prompt.rs`, `agent/chat/defuse.rs`: a model sees this conversation only, each text in a block that nobody else can end; `agent/knowledge/site/mod.rs`: what a page of a website says of itself is text; `agent/tools/asking.rs`, `agent/tools/mcp.rs`: a tool is called within its level only, each argument stays in its place, and what a model reads of a tool is what a person looked at; `agent/tools/approval.rs`: what a person lets run is what they have read, once; `agent/tools/pipe.rs`: a program that speaks MCP sees a bare environment, has an end, and takes its children along; one-time codes are masked before anybody thinks, and stand in no letter before it leaves (`outbound/code.rs`) | `a_tool_that_was_configured_otherwise_since_is_not_called_s22`, `it_sees_what_is_named_and_no_shell_reads_its_words_s22`, `a_changed_definition_of_a_program_is_not_called_s22`, `a_program_that_never_answers_is_killed_with_all_that_it_started`, `no_value_leaves_its_place_s22`, `a_tool_is_offered_and_called_within_its_level_and_address_only_s22`, `a_tool_of_a_segment_is_for_contacts_who_proved_to_be_in_it_and_read_alone_s22`, `a_code_is_asked_for_where_it_opens_a_tool_and_can_prove_something_s22`, `no_letter_leaves_without_its_code_and_no_other_gets_one`, `a_changed_definition_is_neither_called_nor_offered_until_it_is_as_it_was_s22`, `no_text_ends_its_block_s22`, `tokens_of_chat_templates_are_only_text_s22`, `nothing_in_a_mail_a_title_or_a_page_ends_its_block_s22`, `only_proved_mails_and_older_ones_of_the_same_author_are_shown_s22`, `every_paragraph_needs_a_passage_that_carries_it_s22`, `links_and_names_of_strangers_do_not_leave_s22`, `places_of_the_customer_do_not_leave_though_they_repeat_them_s22`, `data_does_not_leave_through_a_known_host_s22`, `a_secret_is_known_in_every_form_s22`, `pictures_html_and_hidden_characters_do_not_leave_s22`, `an_author_who_obeys_attackers_gets_nothing_out_s22`, `a_model_that_obeys_attackers_calls_no_tool_it_may_not_and_gets_nothing_out_s22`, `nothing_that_acts_or_loads_survives`, `what_a_page_says_of_itself_is_text_s22`, `a_code_in_a_subject_is_read_by_nobody_s22` | |
//! | S-23 | text that a person does not see | `mime/html/look.rs`, `mime/html/sheet.rs`, `mime/html/colour.rs`: sizes, colours, places and style sheets; `mime/html/unseen.rs`: signs that show nothing; both are left out and counted; `mime/forms.rs`: what only the plain form says; `agent/autopilot.rs` hands over a mail that hides much | `s23_sixty_ways_to_hide_words_hide_them_from_us_too`, `s23_signs_that_nobody_sees_carry_nothing`, `s23_honest_pages_lose_no_word`, `what_only_the_plain_form_says_is_counted_s23`, `s23_what_its_own_style_hides_is_not_read`, `a_mail_that_hides_much_goes_to_a_person_s23` | words in pictures and attachments: issue 6 |
//! | S-24 | our own requests sent to inner machines | mail goes to MX hosts only; `outbound/mta_sts_fetch.rs`: what is fetched is one fixed path of `mta-sts.DOMAIN`, after its certificate has proved that name, bounded and without redirects; `fetch/fetcher.rs`: all else is asked here: a name is looked up once, `fetch/reach.rs` judges every address of it and the one that is connected, `fetch/place.rs` reads a URL in one way, redirects stay on their host; `agent/knowledge/site/scope.rs`, `agent/knowledge/site/sitemap.rs`: of a website only its own scheme, host and port are asked, whatever its sitemap, its pages and its redirects name, and a DTD is none; `webhooks/sender.rs`: webhooks tell public addresses only, unless `smtpd.toml` lists others | `s24_a_policy_host_that_does_not_prove_its_name_is_not_asked`, `s24_a_domain_that_is_no_file_name_names_no_file`, `what_is_no_policy_counts_as_none_and_takes_no_kept_one_away`, `s24_however_an_inner_address_is_spelled_it_is_not_connected_to`, `s24_a_name_with_an_inner_address_is_not_connected_to`, `s24_a_name_that_points_elsewhere_with_each_question_is_asked_once_and_reached_where_it_was_judged`, `s24_redirects_stay_on_their_host_or_are_not_followed`, `s24_what_only_some_can_reach_is_not`, `s24_ourselves_at_a_public_address_is_not_public`, `s24_nothing_in_a_site_makes_us_ask_another_place`, `s24_a_site_at_an_inner_address_is_not_asked_unless_it_was_named`, `s24_no_entity_is_made_and_no_file_is_read_for_a_sitemap`, `an_inner_address_is_not_told_s24`, `a_redirect_is_not_followed_s24` | |
//! | S-25 | weak login tokens | `people/token.rs`: a login is 256 random bits, known by their hash, another after each login; `people/password.rs`: Argon2id, and as much work for who is unknown; `people/second_factor.rs`: a code counts once; `people/brake.rs`: tries of a name, a peer and a code come back with time; `people/invites.rs`: links work once and for three days; `web/login/door.rs`: nothing that another site sends, `web/visitor.rs`: no form without our word, `web/login/cookies.rs`: no script and no other host has the cookie | `a_right_password_gives_a_token_that_is_known_by_its_hash_alone_s25`, `unknown_disabled_and_uninvited_cost_one_hash_and_hear_the_same_s25`, `guessing_is_braked_before_a_password_is_looked_at_and_ends_with_time_s25`, `each_login_is_a_new_token_and_the_old_one_of_that_browser_ends_s25`, `a_code_counts_once_s25`, `codes_are_not_guessed_s25`, `halfway_is_nobodys_login_and_ends_soon_s25`, `an_invite_is_looked_at_and_used_once_and_in_time_s25`, `a_link_is_no_way_around_the_second_factor_s25`, `another_password_ends_every_other_login_and_needs_the_old_one_s25`, `the_first_link_makes_one_administrator_and_no_second_s25`, `what_another_site_sends_is_refused_and_so_is_a_form_without_our_word_s25`, `a_token_that_somebody_planted_is_never_a_login_s25`, `over_tls_no_other_host_sets_it_and_no_script_reads_it_s25`, `nobody_is_sent_to_another_host_after_a_login_s25`, `every_answer_says_what_a_browser_may_do_with_it_s25`, `what_opens_anything_stands_in_no_file_and_no_log_s25_s27` | passkeys: issue 7 |
//! | S-26 | reach across addresses | `web/finding.rs`: no handler has a row without naming a verb, and what one may not look at is as what there is not; `people/actor.rs`: actor, address and verb; `people/doorkeeper.rs`: roles are read with each request; `web/login/door.rs`: who is nobody gets a short list, and who gets in is said by those who logged in just now | `every_operation_keeps_out_who_may_not_s26`, `a_list_holds_what_may_be_looked_at_and_nothing_else_s26`, `what_a_request_names_besides_is_held_to_the_same_s26`, `the_source_is_tidy` (rows only where a verb is named), `who_is_nobody_gets_the_short_list_and_nothing_else_s26`, `other_roles_count_from_the_next_request_on_s26`, `roles_that_were_changed_count_at_the_next_request_s26`, `who_gets_in_is_said_by_administrators_who_logged_in_just_now_s26`, `a_key_is_let_in_without_a_cookie_until_it_is_revoked_s26` | |
//! | S-27 | secrets and letters in logs | `types/secret.rs` cannot be printed; `observability/maillog.rs` and `outbound/queue.rs` write domains and our own words, and of others' what `types/text.rs` leaves; `agent/tools/reading.rs`: what a tool echoes of its secrets is masked | `secrets_reach_the_server_and_nobody_else_s27`, `the_words_of_others_are_one_short_line_without_addresses_s27`, `only_its_owner_may_read_it` | a canary through the whole suite: no issue yet |
//! | S-28 | an AI that does not say so | `outbound/phrases.rs`: a line in the language of the letter; `outbound/compose.rs`: `Auto-Submitted`; `agent/wants_person.rs`: HUMAN in twenty languages, at every level of `handoff` | `an_answer_has_what_a_reader_and_a_mail_program_look_for`, `who_asks_for_a_person_gets_one_s28`, `no_level_turns_off_what_every_letter_promises_and_what_the_law_may_ask_for_s28` | |

pub mod agent;
pub mod attachments;
pub mod auth;
pub mod cli;
pub mod config;
pub mod conversation;
pub mod daemon;
pub mod fetch;
pub mod intake;
pub mod mime;
pub mod observability;
pub mod outbound;
pub mod people;
pub mod playground;
pub mod rendering;
pub mod search;
pub mod setup;
pub mod smtp;
pub mod store;
pub mod types;
pub mod web;
pub mod webhooks;
