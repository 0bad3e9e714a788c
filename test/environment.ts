// What a function finds in its environment on Lambda; see functions/*/function.yml.
