// Nothing: the precompiled headers of the tests are made with it.
