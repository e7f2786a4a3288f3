// The wide-character interface of libedit behind fixed UTF-8 functions.
#define _GNU_SOURCE
#include "editline.h"

#include <errno.h>
#include <fcntl.h>
#include <histedit.h>
#include <langinfo.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

struct editline_session {
  EditLine *editor;
  FILE *sink;
  editline_callbacks callbacks;
  int finished;
};

// ---- UTF-8 and wide characters ----

static size_t encoded_length(wchar_t scalar) {
  return scalar < 0x80 ? 1 : scalar < 0x800 ? 2 : scalar < 0x10000 ? 3 : 4;
}

static void encode(wchar_t scalar, char *out, size_t length) {
  static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
  for (size_t i = length; i-- > 1; scalar >>= 6) out[i] = (char)(0x80 | (scalar & 0x3F));
  out[0] = (char)(lead[length] | scalar);
}

// One scalar of valid UTF-8.
static wchar_t decode(const char *utf8, size_t *offset, size_t length) {
  unsigned char first = (unsigned char)utf8[(*offset)++];
  size_t rest = first < 0xC0 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
  wchar_t scalar = rest == 0 ? first : first & (0x3F >> rest);
  for (; rest > 0 && *offset < length; rest--)
    scalar = (scalar << 6) | (utf8[(*offset)++] & 0x3F);
  return scalar;
}

static wchar_t *widen(const char *utf8, size_t length, size_t cursor, size_t *wide_cursor) {
  wchar_t *wide = malloc((length + 1) * sizeof *wide);
  if (wide == NULL) return NULL;
  size_t count = 0, offset = 0;
  while (offset < length) {
    if (offset <= cursor) *wide_cursor = count;
    wide[count++] = decode(utf8, &offset, length);
  }
  if (cursor >= length) *wide_cursor = count;
  wide[count] = 0;
  return wide;
}

// ---- What libedit calls ----

static editline_session *session_of(EditLine *editor) {
  void *session = NULL;
  el_wget(editor, EL_CLIENTDATA, &session);
  return session;
}

static int read_key(EditLine *editor, wchar_t *key) {
  editline_session *session = session_of(editor);
  uint32_t scalar = 0;
  int result = session->callbacks.read_key(session->callbacks.context, &scalar);
  *key = (wchar_t)scalar;
  return result;
}

static unsigned char run(EditLine *editor, int32_t command) {
  editline_session *session = session_of(editor);
  switch (session->callbacks.command(session->callbacks.context, command)) {
    case editline_finish: session->finished = 1; return CC_NEWLINE;
    case editline_refuse: return CC_ERROR;
    default: return CC_REFRESH;
  }
}

// libedit tells a function neither its name nor a context, so each command needs one of its own.
#define COMMANDS(X)                                                                           \
  X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) X(16) \
  X(17) X(18) X(19) X(20) X(21) X(22) X(23) X(24) X(25) X(26) X(27) X(28) X(29) X(30) X(31)
#define DEFINE(N) \
  static unsigned char run_##N(EditLine *editor, wint_t key) { (void)key; return run(editor, N); }
COMMANDS(DEFINE)
#define NAME(N) run_##N,
static unsigned char (*const functions[editline_command_limit])(EditLine *, wint_t) = {
    COMMANDS(NAME)};

static wchar_t *no_prompt(EditLine *editor) {
  (void)editor;
  static wchar_t empty[] = L"";
  return empty;
}

// Takes what libedit prints; only the bell matters.
static ssize_t swallow(void *cookie, const char *bytes, size_t count) {
  editline_session *session = cookie;
  if (memchr(bytes, '\a', count) != NULL) session->callbacks.beep(session->callbacks.context);
  return (ssize_t)count;
}

// ---- Life ----

// In a locale that is not UTF-8 libedit drops keys beyond ASCII.
static void ensure_utf8(void) {
  setlocale(LC_CTYPE, "");
  if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0) setlocale(LC_CTYPE, "C.UTF-8");
}

#define WIDE_NAME(N) L"roux-" #N,
static const wchar_t *const names[editline_command_limit] = {COMMANDS(WIDE_NAME)};

// Names must be known before a user's .editrc is read: libedit corrupts its heap otherwise.
// It keeps the pointers, too.
static void name_commands(EditLine *editor) {
  for (int i = 0; i < editline_command_limit; i++)
    el_wset(editor, EL_ADDFN, names[i], L"a command of the prompt", functions[i]);
}

// Below libedit lies a description of the terminal that all of a process shares.
static pthread_mutex_t terminal_description = PTHREAD_MUTEX_INITIALIZER;

editline_session *editline_create(int input, int output, editline_callbacks callbacks) {
  if (!isatty(input) || !isatty(output)) return NULL;
  ensure_utf8();
  editline_session *session = calloc(1, sizeof *session);
  if (session == NULL) return NULL;
  session->callbacks = callbacks;
  cookie_io_functions_t functions = {.write = swallow};
  session->sink = fopencookie(session, "w", functions);
  if (session->sink == NULL) { free(session); return NULL; }
  setvbuf(session->sink, NULL, _IONBF, 0);
  pthread_mutex_lock(&terminal_description);
  session->editor =
      el_init_fd("roux", stdin, session->sink, session->sink, input, output, output);
  pthread_mutex_unlock(&terminal_description);
  if (session->editor == NULL) { fclose(session->sink); free(session); return NULL; }
  EditLine *editor = session->editor;
  el_wset(editor, EL_CLIENTDATA, session);
  el_wset(editor, EL_EDITOR, L"emacs");
  el_wset(editor, EL_PROMPT, no_prompt);
  el_wset(editor, EL_SIGNAL, 0);
  el_wset(editor, EL_GETCFN, read_key);
  // Interrupt, quit and suspend arrive as keys: no signal handler, and the session is kept.
  // Line ends arrive as they were typed or pasted.
  el_wset(editor, EL_SETTY, L"-d", L"-isig", L"-icrnl", L"-inlcr", L"-ixon", NULL);
  el_wset(editor, EL_PREP_TERM, 0);
  name_commands(editor);
  el_source(editor, NULL);
  return session;
}

void editline_destroy(editline_session *session) {
  if (session == NULL) return;
  pthread_mutex_lock(&terminal_description);
  el_end(session->editor);
  pthread_mutex_unlock(&terminal_description);
  fclose(session->sink);
  free(session);
}

static int bind_name(editline_session *session, const wchar_t *keys, const wchar_t *name) {
  int insert = el_wset(session->editor, EL_BIND, keys, name, NULL);
  int command = el_wset(session->editor, EL_BIND, L"-a", keys, name, NULL);
  return insert | command;
}

int editline_bind_function(editline_session *session, const char *keys, const char *function) {
  size_t unused;
  wchar_t *wide = widen(keys, strlen(keys), 0, &unused);
  wchar_t *name = widen(function, strlen(function), 0, &unused);
  int result = wide && name ? bind_name(session, wide, name) : -1;
  free(wide);
  free(name);
  return result;
}

int editline_bind(editline_session *session, const char *keys, int32_t command) {
  if (command < 0 || command >= editline_command_limit) return -1;
  size_t unused;
  wchar_t *wide = widen(keys, strlen(keys), 0, &unused);
  int result = wide ? bind_name(session, wide, names[command]) : -1;
  free(wide);
  return result;
}

int editline_read(editline_session *session) {
  int count = 0;
  session->finished = 0;
  el_wgets(session->editor, &count);
  return session->finished;
}

// ---- The text ----

size_t editline_text(editline_session *session, char *utf8, size_t capacity) {
  const LineInfoW *line = el_wline(session->editor);
  size_t length = 0;
  for (const wchar_t *at = line->buffer; at < line->lastchar; at++) {
    size_t step = encoded_length(*at);
    if (length + step <= capacity) encode(*at, utf8 + length, step);
    length += step;
  }
  return length;
}

size_t editline_cursor(editline_session *session) {
  const LineInfoW *line = el_wline(session->editor);
  size_t offset = 0;
  for (const wchar_t *at = line->buffer; at < line->cursor; at++) offset += encoded_length(*at);
  return offset;
}

void editline_replace(
    editline_session *session, const char *utf8, size_t length, size_t cursor) {
  size_t wide_cursor = 0;
  wchar_t *wide = widen(utf8, length, cursor, &wide_cursor);
  if (wide == NULL) return;
  const LineInfoW *line = el_wline(session->editor);
  int count = (int)(line->lastchar - line->buffer);
  if (line->cursor < line->lastchar)
    el_cursor(session->editor, (int)(line->lastchar - line->cursor));
  el_deletestr(session->editor, count);
  size_t inserted = wcslen(wide);
  if (inserted > 0) el_winsertstr(session->editor, wide);
  if (wide_cursor < inserted) el_cursor(session->editor, -(int)(inserted - wide_cursor));
  free(wide);
}

void editline_suspend(editline_session *session, int suspended) {
  el_wset(session->editor, EL_PREP_TERM, !suspended);
}

// ---- The window ----

int editline_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC | O_NONBLOCK); }

static int resize_pipe[2] = {-1, -1};

static void resized(int signal) {
  (void)signal;
  int saved = errno;
  // A full pipe is as good as one more byte.
  if (write(resize_pipe[1], "", 1) < 0) errno = saved;
}

int editline_resized(void) {
  if (resize_pipe[0] >= 0) return resize_pipe[0];
  if (editline_pipe(resize_pipe) != 0) return -1;
  struct sigaction action = {.sa_handler = resized, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  sigaction(SIGWINCH, &action, NULL);
  return resize_pipe[0];
}
