// A section of the right name with a few bytes in it.
extern "C" __attribute__((section(".espalier.stamp"), visibility("default")))
const char espalier_plugin[8];
const char espalier_plugin[8] = "espalie";
