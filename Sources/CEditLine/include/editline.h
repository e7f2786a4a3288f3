// libedit for Swift: fixed functions instead of variadic ones, UTF-8 instead of wide characters.
//
// libedit keeps the text of the cell, the key maps, the kill ring and the terminal's modes. It does
// not draw: what it would print goes nowhere, because it can show neither colours, hints and
// continuation prompts nor joined characters. The owner draws whenever it is asked for a key.
#ifndef ROUX_EDITLINE_H
#define ROUX_EDITLINE_H

#include <stddef.h>
#include <stdint.h>

typedef struct editline_session editline_session;

// What a command asks of libedit when it returns.
enum { editline_continue = 0, editline_finish = 1, editline_refuse = 2 };

enum { editline_command_limit = 32 };

typedef struct {
  void *context;
  // Waits for a key and stores its scalar: 1 for a key, 0 at the end of the input.
  int32_t (*read_key)(void *context, uint32_t *scalar);
  // Runs the command that was bound to the keys just typed.
  int32_t (*command)(void *context, int32_t command);
  // Something could not be done: ring, or do not.
  void (*beep)(void *context);
} editline_callbacks;

// Both descriptors must be the terminal. NULL when it is none, or without memory.
editline_session *editline_create(int input, int output, editline_callbacks callbacks);
void editline_destroy(editline_session *session);

// Bind keys, in libedit's notation ("^M", "\\034a"), to a command or to one of libedit's own
// functions ("em-next-word"). 0 when done.
int editline_bind(editline_session *session, const char *keys, int32_t command);
int editline_bind_function(editline_session *session, const char *keys, const char *function);

// Edits until a command finishes (1) or the input ends (0). The text is gone afterwards.
int editline_read(editline_session *session);

// The text as UTF-8, not terminated: its length in bytes, of which at most `capacity` are written.
size_t editline_text(editline_session *session, char *utf8, size_t capacity);
// The cursor as a byte offset into that text.
size_t editline_cursor(editline_session *session);
// Replaces the whole text, and puts the cursor at a byte offset.
void editline_replace(
    editline_session *session, const char *utf8, size_t length, size_t cursor);

// Gives the terminal back to other programs (1), or takes it again (0).
void editline_suspend(editline_session *session, int suspended);

// A descriptor that becomes readable when the window changes its size; -1 when there is none.
// One per process, for one editor.
int editline_resized(void);

// A pipe that is not inherited and does not block: 0 when made.
int editline_pipe(int ends[2]);

#endif
