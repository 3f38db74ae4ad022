"""Asks once by one of the official SDKs, which gets its address from the environment: ``ask_by_sdk.py SDK``.

Run by the tests with a Python that has the SDKs, not with Spendlight's own. Prints the answer and the tokens that the
SDK read.
"""

from __future__ import annotations

import os
import sys

MESSAGES = [{"role": "user", "content": "Say the magic word."}]


def openai() -> tuple[str, int, int]:
    import openai

    answer = openai.OpenAI().chat.completions.create(model="gpt-5.5", messages=MESSAGES)
    return answer.choices[0].message.content, answer.usage.prompt_tokens, answer.usage.completion_tokens


def openai_responses() -> tuple[str, int, int]:
    import openai

    with openai.OpenAI().responses.stream(model="gpt-5.5", input="Say the magic word.") as stream:
        answer = stream.get_final_response()
    return answer.output_text, answer.usage.input_tokens, answer.usage.output_tokens


def azure() -> tuple[str, int, int]:
    import openai

    client = openai.AzureOpenAI(api_version="2025-04-01-preview")
    answer = client.chat.completions.create(model="my-deployment", messages=MESSAGES)
    return answer.choices[0].message.content, answer.usage.prompt_tokens, answer.usage.completion_tokens


def anthropic() -> tuple[str, int, int]:
    import anthropic

    with anthropic.Anthropic().messages.stream(model="claude-opus-5-5", max_tokens=500, messages=MESSAGES) as stream:
        answer = stream.get_final_message()
    return answer.content[0].text, answer.usage.input_tokens, answer.usage.output_tokens


def genai() -> tuple[str, int, int]:
    from google import genai

    with genai.Client() as client:
        parts = list(client.models.generate_content_stream(model="gemini-3.8-flash", contents="Say it."))
    usage = parts[-1].usage_metadata
    return "".join(part.text or "" for part in parts), usage.prompt_token_count, usage.candidates_token_count


def mistral() -> tuple[str, int, int]:
    from mistralai.client import Mistral

    with Mistral(api_key=os.environ["MISTRAL_API_KEY"], server_url=os.environ["MY_SERVER_URL"]) as client:
        parts = [event.data for event in client.chat.stream(model="mistral-medium-latest", messages=MESSAGES)]
    text = "".join(part.choices[0].delta.content or "" for part in parts if part.choices)
    return text, parts[-1].usage.prompt_tokens, parts[-1].usage.completion_tokens


def ollama() -> tuple[str, int, int]:
    import ollama

    parts = list(ollama.chat(model="qwen3", messages=MESSAGES, stream=True))
    return "".join(part.message.content for part in parts), parts[-1].prompt_eval_count, parts[-1].eval_count


if __name__ == "__main__":
    print(*globals()[sys.argv[1]](), sep="|")
