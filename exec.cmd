@rem Scripts of npm begin with exec, a builtin of sh, so that signals reach the program. cmd.exe finds this file instead.
@%*
