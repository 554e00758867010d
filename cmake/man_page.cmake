# Writes the man page from what the command prints about itself:
#   cmake -DESPALIER=command -DVERSION=0.1.0 -DOUTPUT=espalier.1 -P man_page.cmake
cmake_minimum_required(VERSION 3.25)

# What `command WORD... --help` prints, ready for roff, and its subcommands.
function(help_of text subcommands)
  execute_process(COMMAND ${ESPALIER} ${ARGN} --help OUTPUT_VARIABLE help COMMAND_ERROR_IS_FATAL ANY)
  set(names "")
  if(help MATCHES "Subcommands:\n.*")
    string(REGEX MATCHALL "\n  [a-z]+" names "${CMAKE_MATCH_0}")
    list(TRANSFORM names STRIP)
  endif()
  string(STRIP "${help}" help)
  # A backslash begins an escape, a line's first dot or quote a request; '-' alone may be set as a
  # hyphen, which cannot be pasted into a shell.
  string(REPLACE "\\" "\\e" help "${help}")
  string(REPLACE "-" "\\-" help "${help}")
  string(REGEX REPLACE "(^|\n)([.'])" "\\1\\\\&\\2" help "${help}")
  set(${text} "${help}" PARENT_SCOPE)
  set(${subcommands} "${names}" PARENT_SCOPE)
endfunction()

# A section for a command, followed by those of its subcommands.
function(sections_of result)
  help_of(text subcommands ${ARGN})
  list(JOIN ARGN " " words)
  set(sections ".SS espalier ${words}\n.nf\n${text}\n.fi\n")
  foreach(name IN LISTS subcommands)
    sections_of(section ${ARGN} ${name})
    string(APPEND sections "${section}")
  endforeach()
  set(${result} "${sections}" PARENT_SCOPE)
endfunction()

help_of(main commands)
if(NOT commands)
  message(FATAL_ERROR "expected a list of subcommands from ${ESPALIER} --help, found\n${main}")
endif()
set(sections "")
foreach(command IN LISTS commands)
  sections_of(section ${command})
  string(APPEND sections "${section}")
endforeach()

file(
  WRITE ${OUTPUT}
  ".TH ESPALIER 1 \"\" \"espalier ${VERSION}\" \"Espalier\"
.SH NAME
espalier \\- multi\\-task learning experiments from YAML
.SH SYNOPSIS
.B espalier
.I command
.RI [ arguments ]
.SH DESCRIPTION
.nf
${main}
.fi
.SH COMMANDS
${sections}.SH EXIT STATUS
.TP
0
done
.TP
1
failed while running
.TP
2
bad input: a file, a key, an option, a plugin
.TP
130
interrupted; the same command goes on where it stopped
.SH ENVIRONMENT
.TP
ESPALIER_PLUGIN_PATH
folders searched for plugins, separated by colons
.TP
ESPALIER_DATA
folder of the real data sets that experiments name
.SH FILES
Beside the folder of the command: lib/espalier/plugins (plugins), share/espalier/experiments
(shipped experiments), share/doc/espalier (documents).
")
