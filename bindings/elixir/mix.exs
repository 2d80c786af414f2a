defmodule Mix.Tasks.Compile.VexilNif do
  # Builds the native module with cargo, and puts it where the package finds it.
  #
  # With VEXIL_NIF it takes a library that was built elsewhere, and needs no Rust.
  @moduledoc false
  use Mix.Task.Compiler

  @root Path.expand("../..", __DIR__)
  @priv Path.expand("priv", __DIR__)

  @impl true
  def run(_arguments) do
    case System.get_env("VEXIL_NIF") || build() do
      {:error, status} ->
        Mix.shell().error("cargo failed with status #{status}")
        {:error, []}

      library ->
        put(library)
        # Mix has looked for `priv` before, when it may not have been there.
        Mix.Project.build_structure()
        {:ok, []}
    end
  end

  defp build do
    # Tests are of a debug build, with the functions that fail on purpose; all else is as it is shipped.
    {folder, options} =
      case Mix.env() do
        :test -> {"debug", ["--features", "fail-on-purpose"]}
        _ -> {"library", ["--profile", "library"]}
      end

    arguments = ["build", "--quiet", "--locked", "--package", "vexil-elixir" | options]

    case System.cmd("cargo", arguments, cd: @root, into: IO.stream()) do
      {_, 0} -> Path.join([target(), folder, library_name()])
      {_, status} -> {:error, status}
    end
  end

  defp target, do: Path.expand(System.get_env("CARGO_TARGET_DIR", "target"), @root)

  defp library_name do
    case :os.type() do
      {:unix, :darwin} -> "libvexil_nif.dylib"
      _ -> "libvexil_nif.so"
    end
  end

  # In one step: a machine that runs may have what was there before in its memory.
  defp put(library) do
    into = Path.join(@priv, "vexil_nif.so")
    beside = into <> ".new"
    File.mkdir_p!(@priv)
    File.cp!(library, beside)
    File.rename!(beside, into)
  end
end

defmodule Vexil.MixProject do
  use Mix.Project

  def project do
    [
      app: :vexil,
      version: "0.1.0",
      elixir: "~> 1.14",
      description: "Feature flags, typed configuration and experiments, decided in your process",
      compilers: [:vexil_nif] ++ Mix.compilers(),
      elixirc_paths: elixirc_paths(Mix.env()),
      elixirc_options: [warnings_as_errors: true],
      package: [licenses: ["MIT", "Apache-2.0"]],
      deps: deps(System.get_env("VEXIL_WITHOUT_HEX"))
    ]
  end

  # Whoever has Plug has it before this package is compiled, and in its path: see `Vexil.Plug`. The tests need no registry,
  # and have a stand-in for it.
  defp deps("1"), do: []
  defp deps(_hex_is_there), do: [{:plug, "~> 1.0", optional: true}]

  def application, do: [extra_applications: [:logger]]

  defp elixirc_paths(:test), do: ["lib", "test/support"]
  defp elixirc_paths(_), do: ["lib"]
end
