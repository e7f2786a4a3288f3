// The files of the tiny model, as they lie in this folder, inside the program.
#if defined(__APPLE__)
#define NAME(x) _##x
  .const
#else
#define NAME(x) x
  .section .rodata
#endif

#define EMBED(name, file)          \
  .globl NAME(name##_start)      ; \
  .globl NAME(name##_end)        ; \
  .p2align 6                     ; \
NAME(name##_start)               : \
  .incbin file                   ; \
NAME(name##_end)                 : \
  .byte 0

EMBED(tiny_config, "config.json")
EMBED(tiny_weights, "model.safetensors")
EMBED(tiny_tokenizer, "tokenizer.json")
EMBED(tiny_tokenizer_config, "tokenizer_config.json")

#if defined(__linux__) && defined(__ELF__)
  .section .note.GNU-stack,"",%progbits
#endif
