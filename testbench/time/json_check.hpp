/* SPDX-License-Identifier: Apache-2.0 */
/* A small strict JSON reader for tests: values by path, nothing else. */
#ifndef TIME_JSON_CHECK_HPP
#define TIME_JSON_CHECK_HPP

#include <cctype>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace json_check
{

/** One JSON value. Numbers keep their text, so that nothing is lost in a double. */
struct value {
    enum kind { NUL, BOOL, NUMBER, STRING, ARRAY, OBJECT } kind = NUL;
    std::string text; /**< NUMBER, STRING, BOOL. */
    std::vector<value> items;
    std::map<std::string, value> members;

    const value &operator[](const std::string &key) const
    {
        auto found = members.find(key);
        if (found == members.end())
            throw std::runtime_error("no member " + key);
        return found->second;
    }
    const value &operator[](size_t index) const
    {
        return items.at(index);
    }
    bool has(const std::string &key) const
    {
        return members.count(key) != 0;
    }
    unsigned long long number() const
    {
        return std::stoull(text);
    }
};

/** Parses one document; throws std::runtime_error at the first violation of RFC 8259. */
class reader
{
public:
    explicit reader(const std::string &text) : s(text) {}

    value document()
    {
        value v = parse(0);
        space();
        if (at != s.size())
            fail("more than one value");
        return v;
    }

private:
    const std::string &s;
    size_t at = 0;

    [[noreturn]] void fail(const std::string &why) const
    {
        throw std::runtime_error(why + " at byte " + std::to_string(at));
    }
    char peek() const
    {
        return at < s.size() ? s[at] : '\0';
    }
    void space()
    {
        while (at < s.size() && (s[at] == ' ' || s[at] == '\n' || s[at] == '\t' || s[at] == '\r'))
            at++;
    }
    void expect(char c)
    {
        if (peek() != c)
            fail(std::string("expected ") + c);
        at++;
    }

    value parse(unsigned depth)
    {
        if (depth > 64)
            fail("too deep");
        space();
        switch (peek()) {
        case '{':
            return object(depth);
        case '[':
            return array(depth);
        case '"': {
            value v;
            v.kind = value::STRING;
            v.text = string();
            return v;
        }
        case 't':
            return word("true", value::BOOL);
        case 'f':
            return word("false", value::BOOL);
        case 'n':
            return word("null", value::NUL);
        default:
            return number();
        }
    }

    value word(const std::string &w, enum value::kind kind)
    {
        if (s.compare(at, w.size(), w) != 0)
            fail("expected " + w);
        at += w.size();
        value v;
        v.kind = kind;
        v.text = w;
        return v;
    }

    void digits()
    {
        if (!std::isdigit(static_cast<unsigned char>(peek())))
            fail("expected a digit");
        while (std::isdigit(static_cast<unsigned char>(peek())))
            at++;
    }

    value number()
    {
        size_t from = at;
        if (peek() == '-')
            at++;
        if (peek() == '0')
            at++;
        else
            digits();
        if (peek() == '.') {
            at++;
            digits();
        }
        value v;
        v.kind = value::NUMBER;
        v.text = s.substr(from, at - from);
        return v;
    }

    std::string string()
    {
        std::string out;
        expect('"');
        while (peek() != '"') {
            if (at >= s.size() || static_cast<unsigned char>(peek()) < 0x20)
                fail("bad string");
            if (peek() == '\\')
                out += escape();
            else
                out += s[at++];
        }
        at++;
        return out;
    }

    char escape()
    {
        at++;
        char c = peek();
        at++;
        if (c == '"' || c == '\\' || c == '/')
            return c;
        if (c == 'n')
            return '\n';
        if (c != 'u')
            fail("bad escape");
        std::string hex = s.substr(at, 4);
        at += 4;
        return static_cast<char>(std::stoul(hex, nullptr, 16));
    }

    value array(unsigned depth)
    {
        value v;
        v.kind = value::ARRAY;
        expect('[');
        space();
        if (peek() == ']') {
            at++;
            return v;
        }
        for (;;) {
            v.items.push_back(parse(depth + 1));
            space();
            if (peek() == ']')
                break;
            expect(',');
        }
        at++;
        return v;
    }

    value object(unsigned depth)
    {
        value v;
        v.kind = value::OBJECT;
        expect('{');
        space();
        if (peek() == '}') {
            at++;
            return v;
        }
        for (;;) {
            space();
            std::string key = string();
            space();
            expect(':');
            if (!v.members.emplace(key, parse(depth + 1)).second)
                fail("member twice: " + key);
            space();
            if (peek() == '}')
                break;
            expect(',');
        }
        at++;
        return v;
    }
};

/** Parses @p text. */
inline value parse(const std::string &text)
{
    return reader(text).document();
}

} // namespace json_check

#endif
