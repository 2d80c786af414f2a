[
  inputs: ["{mix,.formatter}.exs", "{lib,test}/**/*.{ex,exs}", "../../benches/elixir/*.exs"],
  line_length: 100
]
