#pragma once

#include <curl/curl.h>

#include <cctype>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace lethe::test {

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::string> headers = {};  ///< `Name: value`
  std::string body = {};
  long timeout_ms = 30'000;
  bool any_certificate = false;  ///< With https: whoever answers is believed.
};

struct HttpReply {
  CURLcode result = CURLE_OK;
  int status = 0;  ///< 0: no answer.
  std::string body = {};
  std::map<std::string, std::string> headers = {};  ///< Names in lower case.
  int connections = 0;                              ///< New ones that this call needed.
};

/// Follows no redirect. Calls through one client share its connections; one thread at a time.
class HttpClient {
 public:
  HttpReply Send(const HttpRequest& request) {
    CURL* curl = handle_.get();
    curl_easy_reset(curl);
    HttpReply reply;
    curl_slist* list = nullptr;
    for (const std::string& header : request.headers) {
      list = curl_slist_append(list, header.c_str());
    }
    const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> owned(list,
                                                                            &curl_slist_free_all);
    curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    if (request.any_certificate) {
      curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
      curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, request.timeout_ms);
    if (!request.body.empty()) {
      curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
      curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                       static_cast<curl_off_t>(request.body.size()));
    }
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Append);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply.body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &KeepHeader);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &reply.headers);
    reply.result = curl_easy_perform(curl);
    long number = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &number);
    reply.status = static_cast<int>(number);
    curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &number);
    reply.connections = static_cast<int>(number);
    return reply;
  }

 private:
  static std::size_t Append(char* data, std::size_t, std::size_t size, void* body) {
    static_cast<std::string*>(body)->append(data, size);
    return size;
  }

  static std::size_t KeepHeader(char* data, std::size_t, std::size_t size, void* headers) {
    const std::string line(data, size);
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) return size;
    std::string name = line.substr(0, colon);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const std::size_t first = line.find_first_not_of(' ', colon + 1);
    const std::size_t last = line.find_last_not_of("\r\n");
    (*static_cast<std::map<std::string, std::string>*>(headers))[name] =
        first > last ? "" : line.substr(first, last - first + 1);
    return size;
  }

  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle_{curl_easy_init(), &curl_easy_cleanup};
};

}  // namespace lethe::test
