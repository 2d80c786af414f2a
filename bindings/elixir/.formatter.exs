[
  locals_without_parens: [dirty: 1, either: 1, here: 1],
  inputs: ["{mix,.formatter}.exs", "{lib,test}/**/*.{ex,exs}", "../../benches/elixir/*.exs"],
  line_length: 100
]
